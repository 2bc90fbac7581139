"""How `drgsim group` writes its answer: the groups first, then the file's own columns; for Excel, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..words import headers

GROUPS = ("mdc", "mdc_name", "adrg", "adrg_name", "drg", "drg_name", "severity", "status", "reason")
LABELS = headers(
    "mdc", "mdc_name", "adrg", "adrg_name", "drg", "drg_name", "severity", "status", "reason", room="grouped"
)


@contextmanager
def grouped_writer(path: str, *, chinese: bool = False) -> Iterator[Callable[[Any], None]]:
    """A function to call with each chunk, a DataFrame or an Arrow table; the ending of `path` says how.

    CSV begins with a byte order mark, so that Excel reads its Chinese. Raises as its writers do.
    """
    if Path(path).suffix.lower() == ".xlsx":
        from .._excel import workbook

        with workbook(path, streamed=True) as book:
            sheet = book.parts("分组结果" if chinese else "groups")
            yield lambda chunk: sheet(_shown(_frame(chunk), chinese))
        return
    from ..cases.chunk_writer import ENDINGS, chunk_writer

    with chunk_writer(path, bom=True, allowed=(*ENDINGS, ".xlsx")) as write:
        yield lambda chunk: write(_shown(chunk, chinese))


def _shown(chunk: Any, chinese: bool) -> Any:
    """The chunk with its groups in front, its headers in Chinese if wanted."""
    from ..cases.columns import column_labels

    names = list(chunk.columns if not hasattr(chunk, "column_names") else chunk.column_names)
    order = [*(name for name in GROUPS if name in names), *(name for name in names if name not in GROUPS)]
    ordered = chunk[order] if not hasattr(chunk, "column_names") else chunk.select(order)
    if not chinese:
        return ordered
    labels = {**column_labels("zh"), **LABELS}
    used: set[str] = set()
    shown = []
    for name in order:
        label = labels.get(str(name), str(name))
        label = label if label not in used else f"{label} ({name})"
        used.add(label)
        shown.append(label)
    return (
        ordered.rename_columns(shown) if hasattr(chunk, "column_names") else ordered.set_axis(shown, axis=1)
    )


def _frame(chunk: Any) -> Any:
    return chunk.to_pandas() if hasattr(chunk, "column_names") else chunk
