"""Tables of a settlement as a workbook, with Chinese or English headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from .._excel import COUNT, MONEY, PLAIN, RATIO, workbook
from ..language import speaking, stated_language
from ..words import cells_in_words

if TYPE_CHECKING:
    import pandas as pd

_LABEL = {"en": "label"}  # a column of sentences
_COUNTS = ("cases", "days", "stays", "discharges")
_RATIOS = ("point_value", "budget_point_value", "theta", "share", "ratio", "weight", "points")


def write_tables(
    path: Any,
    tables: Mapping[tuple[str, str], pd.DataFrame],
    labels: Mapping[str, str],
    lang: Literal["zh", "en"] | None,
) -> None:
    """One sheet a table, named (zh, en); the index stands in the first columns. Every text stays text."""
    lang = lang or stated_language() or "zh"
    with speaking(lang), workbook(path, lang=lang) as book:
        for (zh, en), table in tables.items():
            shown = cells_in_words(table.reset_index() if table.index.names != [None] else table)
            names = {str(name): str(name) for name in shown.columns}
            headers = {name: labels.get(name, name) for name in names} if lang == "zh" else names | _LABEL
            book.table(zh if lang == "zh" else en, shown, headers=headers, code=_code)


def _code(name: str) -> str:
    if name == "year":
        return PLAIN
    if name in _COUNTS:
        return COUNT
    return RATIO if name in _RATIOS else MONEY
