"""Tables of text from CSV and Excel files: every cell as it stands, nothing guessed."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd

from .._damaged import read_text, whole
from ..cases.beside import BOOKS, workbook_rows
from ..errors import FileFormatError

Rows = list[list[str]]


def read_workbook_rows(path: str | Path) -> dict[str, Rows]:
    """The sheets of an Excel file, cells as text; numbers lose a trailing `.0`."""
    return {
        name: [[_text(cell) for cell in row] for row in rows] for name, rows in workbook_rows(path).items()
    }


def read_sheet(path: str | Path) -> pd.DataFrame:
    """The first sheet of an Excel file, or a CSV (UTF-8, else GB18030), its first row as header."""
    path = Path(path)
    if path.suffix.lower() in BOOKS:
        rows = next(iter(read_workbook_rows(path).values()), [])
    else:
        content = read_text(path)
        with whole(path, message="the table cannot be read to its end", do="save it as CSV UTF-8"):
            rows = list(csv.reader(io.StringIO(content)))
    rows = [row for row in rows if any(row)]
    if not rows:
        raise FileFormatError("the table is empty", where=str(path))
    width = len(rows[0])
    return pd.DataFrame([(row + [""] * width)[:width] for row in rows[1:]], columns=rows[0], dtype=object)


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
