"""Sheets of a workbook, every cell as text, so that leading zeros and trailing `.0` of codes survive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .._optional import require
from .errors import UnreadableFileError
from .recognise import HEADER_WITHIN
from .tables import RawChunk

_EXACT = 1e15  # a spreadsheet keeps 15 digits of a number


def excel_tables(path: Path) -> list[SheetTable]:
    """One table for every visible sheet with cells. Raises UnreadableFileError."""
    calamine = require("python_calamine", extra="excel", feature="reading Excel workbooks")
    try:
        workbook = calamine.load_workbook(str(path))
        visible = [
            meta.name
            for meta in workbook.sheets_metadata
            if meta.visible == calamine.SheetVisibleEnum.Visible
        ]
        sheets = [(name, workbook.get_sheet_by_name(name)) for name in visible]
        tables = [
            SheetTable(path.name, name, sheet.to_python(skip_empty_area=False)) for name, sheet in sheets
        ]
    except calamine.PasswordError as error:
        raise locked(path) from error
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError, OSError, ValueError) as error:
        raise UnreadableFileError(
            "the workbook is damaged or cut short",
            where=path.name,
            do="open it in Excel, save it again as .xlsx, and check that the copy is complete",
        ) from error
    filled = [table for table in tables if table.preview()]
    if not filled:
        raise UnreadableFileError("the workbook has no visible sheet with cells", where=path.name)
    return filled


def locked(path: Path) -> UnreadableFileError:
    return UnreadableFileError(
        "the workbook is protected by a password",
        where=path.name,
        do="open it in Excel and save a copy without a password",
    )


class SheetTable:
    """One sheet, already in memory."""

    def __init__(self, name: str, sheet: str, rows: list[list[Any]]) -> None:
        self.name = name
        self.sheet = sheet
        self.notes = [f"sheet {sheet!r}"]
        self._rows = [row for row in rows if any(cell != "" for cell in row)]
        if len(self._rows) < len(rows):
            self.notes.append(f"{len(rows) - len(self._rows):,} empty rows passed over")

    def preview(self) -> Sequence[list[str]]:
        return [[cell_text(cell) for cell in row] for row in self._rows[:HEADER_WITHIN]]

    def chunks(self, header_row: int, positions: Sequence[int], rows: int) -> Iterator[RawChunk]:
        import pandas as pd

        below = self._rows[header_row + 1 :]
        for start in range(0, len(below), rows):
            block = below[start : start + rows]
            columns, numbers = {}, {}
            for place in positions:
                cells = [row[place] for row in block]
                columns[place] = pd.Series([cell_text(cell) for cell in cells])
                numbers[place] = np.array([_is_number(cell) for cell in cells], dtype=bool)
            yield RawChunk(columns, len(block), numbers=numbers)


def cell_text(cell: Any) -> str:
    """A cell as text: numbers without a needless `.0`, dates as ISO.

    >>> cell_text(3.0), cell_text(51.23), cell_text("0123"), cell_text(dt.datetime(2024, 1, 5))
    ('3', '51.23', '0123', '2024-01-05')
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ").removesuffix(" 00:00:00")
    return str(cell)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)
