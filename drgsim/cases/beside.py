"""Tables that stand beside cases: catalogues, a bureau's file, peers, a fund's sheets. Workbooks are measured
before they are read, text is UTF-8 or GB18030, and what is broken is told as broken."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._damaged import read_text, whole
from .._optional import require
from ..errors import DrgsimError, FileFormatError
from .headers import header_key
from .sheet_measure import below_merges, measure

if TYPE_CHECKING:
    import pandas as pd

BOOKS = (".xlsx", ".xls", ".xlsm")
NO_VALUE = "#NO VALUE"  # stands for a formula that was saved without what it gives
BELOW_MERGE = "#MERGED"  # for a lower cell of a merge
WITHOUT_VALUE = re.compile(
    rf"{NO_VALUE}|{BELOW_MERGE}|#(?:N/A|DIV/0!|REF!|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)"
)

_HEADER_AMONG = 20  # rows from the top in which a header is looked for
_FOOT = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|制表|填报|审核人?|复核|备注|说明|打印)(?:[人者日时部单：:\s(（]|$)"
)
_DO = "open it in Excel, save it again as .xlsx without a password, and check that the copy is complete"


def workbook_rows(
    path: str | os.PathLike[str], error: type[DrgsimError] = FileFormatError
) -> dict[str, list[list[Any]]]:
    """Every sheet by name, from its first row and column on; an error cell is its text (`#N/A`), a formula
    without a value `#NO VALUE`, a lower cell of a merge `#MERGED`: none of them passes for an empty cell.
    Raises `error`, NotFoundError."""
    path = Path(path)
    calamine = require("python_calamine", extra="excel", feature="reading a workbook")
    with whole(path, error, message="the workbook cannot be read", do=_DO):
        measured = measure(path)
        book = calamine.CalamineWorkbook.from_path(str(path))
        tables: dict[str, list[list[Any]]] = {}
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            rows = tables[name] = sheet.to_python(skip_empty_area=False)
            for row, column in below_merges(rows, sheet.merged_cell_ranges or ()):
                _put(rows, row, column, BELOW_MERGE)
        for name, found in measured.items():
            marks = {**dict.fromkeys(found.without_value, NO_VALUE), **found.errors}
            for (row, column), text in marks.items():
                _put(tables.get(name, []), row, column, text)
        return tables
    raise AssertionError  # `whole` lets nothing through


def workbook_frames(
    path: str | os.PathLike[str], error: type[DrgsimError] = FileFormatError
) -> dict[str, pd.DataFrame]:
    """Every sheet with cells as a frame, its first row with cells as header; empty cells are missing."""
    import pandas as pd

    found = {}
    for name, rows in workbook_rows(path, error).items():
        filled = [row for row in rows if any(cell != "" for cell in row)]
        if not filled:
            found[name] = pd.DataFrame()
            continue
        width = max(map(len, filled))
        square = [[*row, *[""] * (width - len(row))] for row in filled]
        cells = [[None if cell == "" else cell for cell in row] for row in square]
        header = [f"Unnamed: {place}" if cell is None else cell for place, cell in enumerate(cells[0])]
        found[name] = pd.DataFrame(cells[1:], columns=_distinct(header), dtype=object)
    return found


def table_beside(
    path: str | os.PathLike[str],
    error: type[DrgsimError] = FileFormatError,
    *,
    text: bool = True,
    keep_words: bool = False,
) -> pd.DataFrame:
    """A CSV, or the first sheet of a workbook; the cells of a CSV as text unless `text` is false,
    and with `keep_words` only empty ones missing (not `NA`). Raises `error`, NotFoundError.
    """
    import pandas as pd

    path = Path(path)
    if path.suffix.lower() in BOOKS:
        frames = workbook_frames(path, error)
        return next(iter(frames.values()), pd.DataFrame())
    content = read_text(path, error)
    with whole(path, error, message="the table cannot be read to its end", do="save it as CSV UTF-8"):
        words: dict[str, Any] = {"keep_default_na": False, "na_values": [""]} if keep_words else {}
        return pd.read_csv(io.StringIO(content), dtype=str if text else None, **words)
    raise AssertionError


def headed_table(
    given: Any, wanted: Mapping[str, Sequence[str]], error: type[DrgsimError] = FileFormatError
) -> tuple[pd.DataFrame, dict[str, str]]:
    """The columns of `wanted` (name → the headers it may have, the likeliest first) under their names, and
    the header each was found under.

    `given`: a DataFrame, a CSV or a workbook. Titles may stand above the header, and the table on any sheet:
    the row that has most of the headers is the header, compared without blanks, width and case. Rows without
    a cell in the columns found, and foot rows (that begin with 合计, 制表人 …), are left out. Nothing found
    gives no column. Raises `error`, NotFoundError.
    """
    import pandas as pd

    keys = {header_key(word): name for name, words in wanted.items() for word in words}
    rank = {header_key(word): place for words in wanted.values() for place, word in enumerate(words)}
    best: tuple[list[list[Any]], dict[str, int]] = [], {}
    for rows in _grids(given, error):
        for at, row in enumerate(rows[:_HEADER_AMONG]):
            places: dict[str, int] = {}
            for place, cell in enumerate(row):
                key = header_key(str(cell)) if cell is not None else ""
                name = keys.get(key)
                if name is None:
                    continue
                held = places.get(name)
                if held is None or rank[key] < rank[header_key(str(row[held]))]:
                    places[name] = place
            if len(places) > len(best[1]):
                best = rows[at:], places
    rows, places = best
    below = [row for row in rows[1:] if not _is_foot(row)]
    if below and all(cell in ("", None, BELOW_MERGE) for cell in below[0]):
        del below[0]  # of a header of two rows
    columns = {
        name: [row[place] if place < len(row) and row[place] != "" else None for row in below]
        for name, place in places.items()
    }
    table = pd.DataFrame(columns, dtype=object).dropna(how="all").reset_index(drop=True)
    return table, {name: str(rows[0][place]) for name, place in places.items()}


def _grids(given: Any, error: type[DrgsimError]) -> Iterator[list[list[Any]]]:
    """Tables as rows of cells, the header among them."""
    import pandas as pd

    if isinstance(given, pd.DataFrame):
        cells = given.astype(object).where(given.notna(), None).to_numpy().tolist()
        yield [list(given.columns), *cells]
    elif Path(given).suffix.lower() in BOOKS:
        yield from workbook_rows(given, error).values()
    else:
        text = read_text(Path(given), error)
        with whole(
            Path(given), error, message="the table cannot be read to its end", do="save it as CSV UTF-8"
        ):
            first = text.partition("\n")[0]
            yield list(csv.reader(io.StringIO(text), delimiter=max(",\t;", key=first.count)))


def _is_foot(row: Sequence[Any]) -> bool:
    first = next((cell for cell in row if cell not in ("", None)), "")
    return isinstance(first, str) and _FOOT.match(first.strip()) is not None


def _put(rows: list[list[Any]], row: int, column: int, text: str) -> None:
    rows.extend([] for _ in range(len(rows), row + 1))
    cells = rows[row]
    cells.extend("" for _ in range(len(cells), column + 1))
    if cells[column] == "":
        cells[column] = text


def _distinct(header: list[Any]) -> list[Any]:
    """Names as pandas makes them: the second `a` is `a.1`."""
    seen: dict[Any, int] = {}
    names = []
    for name in header:
        count = seen[name] = seen.get(name, -1) + 1
        names.append(f"{name}.{count}" if count else name)
    return names
