"""One table as one sheet: header frozen and in bold, text as text, numbers as numbers, dates as dates."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._optional import require
from ..errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd

_MOST_ROWS = 1_048_576 - 1  # of a sheet, without the header
_LONGEST = 32_767  # characters a cell can hold
_TEXT = 49  # the built-in format "@": what is typed into the cell stays text
_WIDEST = 60  # characters a column is widened to


def write_sheet(frame: pd.DataFrame, path: Path, *, headers: Sequence[str], sheet: str) -> None:
    """Write a new workbook. Raises ArgumentError when the table or a text is too large for a sheet."""
    with sheet_writer(path, sheet=sheet, headers=headers) as write:
        write(frame)


@contextmanager
def sheet_writer(
    path: Path, *, sheet: str, headers: Sequence[str] | None = None
) -> Iterator[Callable[[pd.DataFrame], None]]:
    """A function to call with each part of a table, the first with all columns; rows are held by none.

    `headers` are the names of the columns where nothing else is said. Raises as `write_sheet`.
    """
    xlsxwriter = require("xlsxwriter", extra="excel", feature="writing Excel workbooks")
    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
    with xlsxwriter.Workbook(str(path), options) as book:
        text, head = book.add_format({"num_format": _TEXT}), book.add_format({"bold": True, "bottom": 1})
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        done: int | None = None

        def write(frame: pd.DataFrame) -> None:
            nonlocal done
            names = [str(name) for name in frame.columns] if headers is None else headers
            if (done or 0) + len(frame) > _MOST_ROWS:
                raise ArgumentError(
                    f"a sheet holds at most {_MOST_ROWS:,} rows",
                    got=f"{(done or 0) + len(frame):,} and perhaps more",
                    do="write .parquet or .csv",
                )
            columns = [_cells(frame.iloc[:, place]) for place in range(frame.shape[1])]
            if not done:  # the first rows say how wide a column should be
                for place, (header, cells) in enumerate(zip(names, columns, strict=True)):
                    page.set_column(place, place, _width(header, cells))
            if done is None:
                page.write_row(0, 0, names, head)
                done = 0
            for row in range(len(frame)):
                _write_row(page, done + row + 1, [cells[row] for cells in columns], text)
            done += len(frame)

        yield write


def _write_row(page: Any, row: int, cells: Sequence[Any], text: Any) -> None:
    for place, cell in enumerate(cells):
        if isinstance(cell, str):
            page.write_string(row, place, cell, text)
        elif isinstance(cell, dt.datetime):
            page.write_datetime(row, place, cell)
        elif cell is not None:
            page.write_number(row, place, cell)


def _cells(column: pd.Series) -> list[Any]:
    """The column as str, float, int, datetime and None."""
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return [None if pd.isna(cell) else _moment(cell.to_pydatetime()) for cell in column]
    cells = column.astype(object).where(column.notna(), None).tolist()
    cells = [cell if _fits(cell) else str(cell) for cell in cells]
    if any(isinstance(cell, str) and len(cell) > _LONGEST for cell in cells):
        raise ArgumentError(
            f"a cell of a sheet holds at most {_LONGEST:,} characters",
            where=f"column {column.name}",
            do="write .parquet or .csv",
        )
    return cells


def _fits(cell: Any) -> bool:
    """Whether a sheet can hold the cell as it is; other things are written as their text."""
    return cell is None or isinstance(cell, str | int) or (isinstance(cell, float) and math.isfinite(cell))


def _moment(moment: dt.datetime) -> dt.datetime | str:
    """A sheet has no dates before 1900."""
    return moment if moment.year >= 1900 else str(moment).removesuffix(" 00:00:00")


def _width(header: str, cells: list[Any]) -> int:
    """Characters; a Chinese one takes two."""
    longest = max((len(str(cell)) for cell in cells[:200] if cell is not None), default=0)
    return min(_WIDEST, max(8, 2 * len(header), longest) + 2)
