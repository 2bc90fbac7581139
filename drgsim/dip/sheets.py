"""Tables of text from CSV and Excel files: every cell as it stands, nothing guessed."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._optional import require
from ..errors import FileFormatError

if TYPE_CHECKING:
    import pandas as pd

Rows = list[list[str]]


def read_workbook_rows(path: str | Path) -> dict[str, Rows]:
    """The sheets of an Excel file, cells as text; numbers lose a trailing `.0`."""
    calamine = require("python_calamine", extra="excel", feature="reading a workbook")
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        return {
            name: [[_text(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]
            for name in book.sheet_names
        }
    except (calamine.CalamineError, OSError) as error:
        raise FileFormatError(f"the workbook cannot be read: {error}", where=str(path)) from error


def read_sheet(path: str | Path) -> pd.DataFrame:
    """The first sheet of an Excel file, or a CSV (UTF-8, else GB18030), its first row as header."""
    import pandas as pd

    path = Path(path)
    if path.suffix.lower() in (".xlsx", ".xls", ".xlsm"):
        rows = next(iter(read_workbook_rows(path).values()))
    else:
        rows = list(csv.reader(io.StringIO(_decoded(path))))
    rows = [row for row in rows if any(row)]
    if not rows:
        raise FileFormatError("the table is empty", where=str(path))
    width = len(rows[0])
    return pd.DataFrame([(row + [""] * width)[:width] for row in rows[1:]], columns=rows[0], dtype=object)


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileFormatError("the file is neither UTF-8 nor GB18030", where=str(path))


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
