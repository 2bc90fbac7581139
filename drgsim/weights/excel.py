"""Weights as a workbook: the table with bilingual headers, codes as text, and a sheet of facts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .._optional import require
from .display import LABELS, head_lines

if TYPE_CHECKING:
    from .weights import Weights

_WIDTH = 16


def write_weights(weights: Weights, path: Path) -> None:
    """Write two sheets, 权重 and 说明; an empty cell is a number that is not known."""
    xlsxwriter = require("xlsxwriter", extra="excel", feature="writing Excel files")
    frame = weights.frame
    with xlsxwriter.Workbook(str(path), {"nan_inf_to_errors": False}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True})
        sheet = book.add_worksheet("权重")
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(frame.columns), _WIDTH)
        sheet.write_row(
            0, 0, ["病组 group", *(LABELS.get(str(name), str(name)) for name in frame.columns)], bold
        )
        for row, (group, values) in enumerate(
            zip(frame.index, frame.itertuples(index=False), strict=True), 1
        ):
            sheet.write_string(row, 0, str(group))
            for column, value in enumerate(values, 1):
                if value == value and value is not None:  # NaN leaves the cell empty
                    sheet.write(row, column, value.item() if hasattr(value, "item") else value)
        notes = book.add_worksheet("说明")
        notes.set_column(0, 0, 100)
        for row, line in enumerate(head_lines(weights)):
            notes.write_string(row, 0, line)
