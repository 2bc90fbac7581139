"""Tables as sheets of one workbook: header frozen and in bold, codes as text, money and ratios as such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._atomic import replacing
from ._optional import require
from .errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd

_MOST_ROWS = 1_048_575  # of a sheet, without the header
_WIDTH, _NOTE_WIDTH = 14, 110
_MONEY, _RATIO = "#,##0.00", "0.0000"
_RATIOS = (
    "weight",
    "coefficient",
    "unit_price",
    "ratio",
    "ratio_to_standard",
    "cmi",
    "margin_rate",
    "acceptance",
)
_WORDS = {True: "是", False: "否"}


def write_sheets(
    path: Any, sheets: Mapping[str, tuple[pd.DataFrame, Mapping[str, str]]], *, notes: Sequence[str]
) -> None:
    """Write tables as sheets, each with the columns its headers name, and a last sheet 说明 of lines."""
    xlsxwriter = require("xlsxwriter", extra="excel", feature="writing Excel workbooks")
    for name, (frame, _) in sheets.items():
        if len(frame) > _MOST_ROWS:
            raise ArgumentError(f"a sheet holds at most {_MOST_ROWS:,} rows", got=len(frame), where=name)
    with replacing(Path(path)) as part, xlsxwriter.Workbook(str(part)) as book:
        formats = {
            "head": book.add_format({"bold": True, "text_wrap": True, "bottom": 1}),
            "money": book.add_format({"num_format": _MONEY}),
            "ratio": book.add_format({"num_format": _RATIO}),
        }
        for name, (frame, headers) in sheets.items():
            _write(book.add_worksheet(name), frame, headers, formats)
        page = book.add_worksheet("说明")
        page.set_column(0, 0, _NOTE_WIDTH)
        for row, line in enumerate(notes):
            page.write_string(row, 0, line)


def _write(page: Any, frame: pd.DataFrame, headers: Mapping[str, str], formats: Mapping[str, Any]) -> None:
    names = [name for name in headers if name in frame.columns]
    page.freeze_panes(1, 1)
    page.set_column(0, max(len(names) - 1, 0), _WIDTH)
    page.write_row(0, 0, [headers[name] for name in names], formats["head"])
    for place, name in enumerate(names):
        cells = frame[name].astype(object).where(frame[name].notna(), None).tolist()
        style = formats["ratio"] if name in _RATIOS else formats["money"]
        for row, cell in enumerate(cells, 1):
            if isinstance(cell, bool):
                page.write_string(row, place, _WORDS[cell])
            elif isinstance(cell, float):
                page.write_number(row, place, cell, style)
            elif isinstance(cell, int):
                page.write_number(row, place, cell)
            elif cell is not None:
                page.write_string(row, place, str(cell))
