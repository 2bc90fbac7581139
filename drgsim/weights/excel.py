"""Weights as a workbook: the table with bilingual headers, codes as text, and a sheet of facts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .._excel import COUNT, MONEY, RATIO, workbook
from .display import LABELS, head_lines

if TYPE_CHECKING:
    from .weights import Weights


def write_weights(weights: Weights, path: Path) -> None:
    """Write two sheets, 权重 and 说明; an empty cell is a number that is not known."""
    frame = weights.frame.rename_axis("group").reset_index()
    headers = {str(name): LABELS.get(str(name), str(name)) for name in frame.columns}
    with workbook(path) as book:
        book.table("权重", frame, headers={**headers, "group": "病组 group"}, code=_code)
        book.lines("说明", head_lines(weights))


def _code(name: str) -> str:
    if "cost" in name:
        return MONEY
    return COUNT if name == "cases" else RATIO
