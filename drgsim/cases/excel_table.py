"""Sheets of a workbook, every cell as text, so that leading zeros and trailing `.0` of codes survive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from .._damaged import whole
from .._optional import require
from .case_errors import UnreadableFileError
from .raw_table import RawChunk
from .recognise import HEADER_WITHIN
from .sheet_measure import AGAIN, DAMAGED, below_merges, measure
from .xls_measure import Measured, Place

_ERRORS = frozenset(
    ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA", "#DATA!"]
)
_LONGEST_ERROR = 20  # characters
_EXACT = 1e15  # a spreadsheet keeps 15 digits of a number


def excel_tables(path: Path) -> list[SheetTable]:
    """One table for every visible sheet with cells. Raises UnreadableFileError."""
    calamine = require("python_calamine", extra="excel", feature="reading Excel workbooks")
    sheets = measure(path)
    _refuse_odd_errors(path, sheets)
    with _readable(path, calamine):
        workbook = calamine.load_workbook(str(path))
        shown = calamine.SheetVisibleEnum.Visible
        known = workbook.sheets_metadata
        visible = [meta.name for meta in known if meta.visible == shown]
        hidden = [meta.name for meta in known if meta.visible != shown]
        tables = [_table(path, workbook.get_sheet_by_name(name), name, sheets.get(name)) for name in visible]
    filled = [table for table in tables if table.preview()]
    if not filled:
        raise UnreadableFileError("the workbook has no visible sheet with cells", where=path.name)
    for table in filled:
        table.notes.extend(f"NOT READ, a hidden sheet: {name!r}" for name in hidden)
    return filled


def _refuse_odd_errors(path: Path, sheets: Mapping[str, Measured]) -> None:
    """Errors that only newer programs write (#SPILL!), over which the reader would call all of it damaged."""
    for name, found in sheets.items():
        for (row, column), text in found.errors.items():
            if text not in _ERRORS:
                raise UnreadableFileError(
                    "a cell is an error of a kind that the reader of workbooks does not know",
                    got=text if len(text) < _LONGEST_ERROR and text.startswith("#") else "another text",
                    where=f"{path.name}, {name!r}, row {row + 1:,}, column {column + 1:,}",
                    do="correct or empty the cell, or save the sheet as CSV UTF-8",
                )


@contextmanager
def _readable(path: Path, calamine: Any) -> Iterator[None]:
    with whole(path, UnreadableFileError, message=DAMAGED, do=AGAIN):
        try:
            yield
        except calamine.PasswordError:
            raise locked(path) from None


def locked(path: Path) -> UnreadableFileError:
    return UnreadableFileError(
        "the workbook is protected by a password",
        where=path.name,
        do="open it in Excel and save a copy without a password",
    )


def _table(path: Path, sheet: Any, name: str, measured: Measured | None) -> SheetTable:
    rows = sheet.to_python(skip_empty_area=False)
    marks: dict[Place, tuple[str, str]] = {}
    if measured is not None:
        marks |= {place: ("cell-is-error", text) for place, text in measured.errors.items()}
        marks |= dict.fromkeys(measured.without_value, ("cell-without-value", ""))
    for place, head in below_merges(rows, sheet.merged_cell_ranges or ()).items():
        marks[place] = ("cell-below-merge", cell_text(head))
    return SheetTable(path.name, name, rows, marks, measured.hidden if measured is not None else ())


class SheetTable:
    """One sheet, already in memory. `marks` says by row and column (from 0) why a cell holds no value."""

    as_sheet = True

    def __init__(
        self,
        name: str,
        sheet: str,
        rows: list[list[Any]],
        marks: Mapping[Place, tuple[str, str]] = MappingProxyType({}),
        hidden: Collection[int] = (),
    ) -> None:
        self.name = name
        self.sheet = sheet
        self.notes = [f"sheet {sheet!r}"]
        width = max(map(len, rows), default=0)
        filled = [number for number, row in enumerate(rows) if any(cell != "" for cell in row)]
        marked = {row for row, _ in marks}
        kept = [number for number in range(len(rows)) if number in marked] if marked else []
        self._at = sorted({*filled, *kept})
        self._rows = [[*rows[number], *[""] * (width - len(rows[number]))] for number in self._at]
        self._marks = marks
        if len(self._rows) < len(rows):
            self.notes.append(f"{len(rows) - len(self._rows):,} empty rows passed over")
        if covered := sum(row in hidden for row in self._at):
            self.notes.append(f"hidden rows, read like the others: {covered:,}")

    @property
    def cells(self) -> Sequence[Sequence[Any]]:
        """The rows with cells, each cell of the type the workbook gives it."""
        return self._rows

    @property
    def at(self) -> Sequence[int]:
        """The place of each of these rows in the sheet, from 0."""
        return self._at

    def preview(self) -> Sequence[list[str]]:
        return [[cell_text(cell) for cell in row] for row in self._rows[:HEADER_WITHIN]]

    def chunks(self, header_row: int, positions: Sequence[int], rows: int) -> Iterator[RawChunk]:
        import pandas as pd

        wanted = frozenset(positions)
        for start in range(header_row + 1, len(self._rows), rows):
            block = self._rows[start : start + rows]
            at = self._at[start : start + rows]
            columns, numbers = {}, {}
            for place in positions:
                cells = [row[place] for row in block]
                columns[place] = pd.Series([cell_text(cell) for cell in cells])
                numbers[place] = np.array([_is_number(cell) for cell in cells], dtype=bool)
            order = {row: number for number, row in enumerate(at)} if self._marks else {}
            marks = [
                (rule, place, order[row], text)
                for (row, place), (rule, text) in self._marks.items()
                if row in order and place in wanted and block[order[row]][place] == ""
            ]
            yield RawChunk(
                columns, len(block), numbers=numbers, at=np.array(at, dtype=np.int64) + 1, marks=sorted(marks)
            )


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
