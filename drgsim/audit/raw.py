"""Open whatever a table comes as: files, frames, Arrow, rows; nothing of it is understood here."""

from __future__ import annotations

import codecs
import gzip
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._damaged import whole
from .._optional import require
from .._paths import is_file
from ..cases.beside import workbook_rows
from ..errors import FileFormatError, NotFoundError
from .audit_errors import AuditTableError
from .schema import columns

if TYPE_CHECKING:
    import polars as pl

_HEADER_ROWS = 10  # a title may stand above the header
NOTHING = ["", "-", "--", "NULL", "null", "None", "nan", "NaN", "无"]


def polars() -> Any:
    """The library, or an error that says which extra brings it."""
    return require("polars", extra="audit", feature="screening charge items, prescriptions and trace codes")


def raw_frame(source: Any, name: str) -> pl.DataFrame:
    pl = polars()
    if isinstance(source, pl.DataFrame):
        return source
    if isinstance(source, pl.LazyFrame):
        return source.collect()
    if isinstance(source, str | os.PathLike):
        return read_file(Path(source), name)
    if isinstance(source, list):
        return _records(source)
    if hasattr(source, "iloc"):  # pandas: columns of objects may hold anything, and are read as text
        fixed = {
            each: source[each].map(lambda cell: None if cell is None or cell != cell else str(cell))
            for each in source.columns
            if source[each].dtype == object
        }
        # column by column, so that no library beside pandas and polars is needed
        plain = source.assign(**fixed).reset_index(drop=True)
        return pl.DataFrame({str(each): _series(plain[each]) for each in plain.columns})
    if hasattr(source, "__arrow_c_stream__"):
        return pl.DataFrame(source)
    raise AuditTableError(
        f"the table {name} is nothing that can be read",
        got=type(source).__name__,
        allowed="a path, a DataFrame (pandas, polars, Arrow) or a list of dicts",
    )


def _records(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as dicts; cells of several types in one column are read as text."""
    pl = polars()
    names = list(dict.fromkeys(name for row in rows for name in row))
    made = {}
    for name in names:
        cells = [row.get(name) for row in rows]
        kinds = {type(cell) for cell in cells if cell is not None}
        if len(kinds) > 1 and kinds != {int, float}:
            cells = [None if cell is None else str(cell) for cell in cells]
        made[name] = pl.Series(name, cells, strict=False)
    return pl.DataFrame(made)


def _series(column: Any) -> Any:
    """A pandas column as what polars takes without pyarrow: NumPy where it is one, else a list."""
    if str(column.dtype).startswith(("float", "int", "bool", "datetime64")) and column.dtype.kind in "fiubM":
        array = column.to_numpy()
        return array.astype("datetime64[us]") if column.dtype.kind == "M" else array
    return [None if cell is None or cell != cell else cell for cell in column.astype(object).tolist()]


def read_file(path: Path, name: str) -> pl.DataFrame:
    pl = polars()
    if not is_file(path):
        raise NotFoundError("no such file", got=str(path), where=f"table {name}")
    ending = path.name.lower()
    if ending.endswith(".parquet"):
        with whole(path, message="the Parquet file is damaged or cut short", do="copy or write it again"):
            return pl.read_parquet(path)
    if ending.endswith((".xlsx", ".xls", ".xlsm")):
        return _workbook(path, name)
    if ending.endswith((".csv", ".csv.gz", ".txt", ".tsv")):
        return _csv(path)
    raise FileFormatError(
        "a table of this kind of file is not read", got=path.suffix, allowed=".csv .parquet .xlsx"
    )


def _csv(path: Path) -> pl.DataFrame:
    pl = polars()
    separator = "\t" if path.suffix.lower() in (".tsv", ".txt") else ","
    options: dict[str, Any] = {"infer_schema": False, "separator": separator, "encoding": encoding_of(path)}
    with whole(path, message="a CSV file cannot be read to its end"):
        try:
            frame = pl.read_csv(path, **options)
        except pl.exceptions.NoDataError:
            return pl.DataFrame()
    return frame.rename({header: header.strip().lstrip("\ufeff") for header in frame.columns})


def encoding_of(path: Path) -> str:
    """UTF-8, or GB18030 where the beginning of the file is not UTF-8."""
    opened: Any = gzip.open if path.name.lower().endswith(".gz") else open
    with whole(path, message="the gzip file is damaged or cut short"), opened(path, "rb") as file:
        start = file.read(1 << 20)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf8"


def _workbook(path: Path, name: str) -> pl.DataFrame:
    """The first sheet that has the table's required columns; a title may stand above its header."""
    words = {word for each in columns(name).values() for word in (each.name, each.zh, *each.aliases)}
    best: tuple[int, int, list[list[Any]]] = (0, 0, [])
    for rows in workbook_rows(path).values():
        for place, row in enumerate(rows[:_HEADER_ROWS]):
            known = sum(str(cell).strip() in words for cell in row)
            best = max(best, (known, -place, rows), key=lambda each: each[:2])
    known, place, rows = best
    if not known:
        raise AuditTableError(f"no sheet holds the table {name}", where=path.name)
    header = [str(cell).strip() or f"column {number}" for number, cell in enumerate(rows[-place], 1)]
    body = [[_cell(cell) for cell in row] for row in rows[1 - place :]]
    body = [row for row in body if any(cell is not None for cell in row)]
    return polars().DataFrame(
        {head: [row[number] for row in body] for number, head in enumerate(header)},
        schema_overrides=dict.fromkeys(header, polars().String),
    )


def _cell(cell: Any) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
