"""Tables of a settlement as a workbook, with Chinese or English headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from .._optional import require

if TYPE_CHECKING:
    import pandas as pd


def write_tables(
    path: Any,
    tables: Mapping[tuple[str, str], pd.DataFrame],
    labels: Mapping[str, str],
    lang: Literal["zh", "en"],
) -> None:
    """One sheet a table, named (zh, en); the index stands in the first columns."""
    import pandas as pd

    require("xlsxwriter", extra="excel", feature="writing Excel")
    with pd.ExcelWriter(path, engine="xlsxwriter", datetime_format="yyyy-mm-dd") as writer:
        for (zh, en), table in tables.items():
            named = table.index.names != [None]
            shown = table.reset_index() if named else table
            if lang == "zh":
                shown = shown.rename(columns=dict(labels))
            shown.to_excel(writer, sheet_name=zh if lang == "zh" else en, index=False, freeze_panes=(1, 0))
