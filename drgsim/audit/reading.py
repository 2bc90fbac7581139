"""Read one of the supervision tables into a polars frame; cells that say nothing readable are told.

polars carries these tables: 10⁷ charge lines group, join and window on two cores in a fraction of the
memory and time pandas takes, and its streaming engine bounds what trace codes take (`docs/audit.md` has the
measurement). It is loaded on first use and comes with the extra `audit`.
"""

from __future__ import annotations

import codecs
import gzip
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._optional import require
from ..errors import FileFormatError, NotFoundError
from .errors import AuditTableError
from .schema import TABLES, Column, columns, values

if TYPE_CHECKING:
    import polars as pl

_TIMES = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y%m%d%H%M%S", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d %H:%M:%S%.f",
)  # fmt: skip
_HEADER_ROWS = 10  # a title may stand above the header
_NOTHING = ["", "-", "--", "NULL", "null", "None", "nan", "NaN", "无"]
PROBLEM_COLUMNS = {"table": str, "row": int, "column": str, "kind": str}


def polars() -> Any:
    """The library, or an error that says which extra brings it."""
    return require("polars", extra="audit", feature="screening charge items, prescriptions and trace codes")


@dataclass(frozen=True)
class Read:
    """A table as read. `problems`: row, column, kind, in which nothing of a cell's content stands.

    `unread` are headers that no column of the table is called.
    """

    name: str
    frame: pl.DataFrame
    problems: pl.DataFrame
    unread: tuple[str, ...]


def read_table(
    name: str,
    source: Any,
    *,
    rename: Mapping[str, str] | None = None,
) -> Read:
    """One table by the schema `columns(name)`.

    Parameters
    ----------
    name : items, visits, prescriptions, dispensings, members, items_catalogue or drugs.
    source : CSV (UTF-8 or GB18030, also .gz), Parquet, xlsx, a pandas or polars frame, anything Arrow, or a
        list of dicts.
    rename : header of the source → column, where no alias knows it.

    Returns
    -------
    Read. Columns the source has, by their names in the schema; `complete` adds the others. No row is dropped.

    Raises
    ------
    AuditTableError (a required column is missing), NotFoundError, FileFormatError, MissingExtraError.
    """
    pl = polars()
    wanted = columns(name)
    raw, unread = _named(_raw(source, name), name, rename or {})
    missing = [f"{each.zh} {each.name}" for each in wanted.values() if each.required and each.name not in raw]
    if missing:
        raise AuditTableError(
            f"the table {name} ({TABLES[name][0]}) lacks columns it cannot be read without",
            got=list(raw.columns) + list(unread),
            allowed=missing,
            do="rename the header, or say rename={header: column}; `drgsim audit template` writes an example",
        )
    frame = raw.select(
        _typed(raw.schema[each.name], each) for each in wanted.values() if each.name in raw.columns
    )
    told = [_unreadable(raw, frame, each, name) for each in wanted.values() if each.name in raw.columns]
    problems = pl.concat([pl.DataFrame(schema=PROBLEM_COLUMNS), *(each for each in told if len(each))])
    return Read(name, frame, problems, unread)


def complete(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The frame with every column of the table `name`, null where it had none."""
    pl = polars()
    absent = [each for each in columns(name).values() if each.name not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=dtype(each.kind)).alias(each.name) for each in absent)


def dtype(kind: str) -> Any:
    """The polars type of a kind of column."""
    pl = polars()
    return {
        "decimal": pl.Float64,
        "money": pl.Float64,
        "whole": pl.Int32,
        "flag": pl.Int8,
        "time": pl.Datetime("us"),
    }.get(kind, pl.String)


def _typed(found: Any, column: Column) -> pl.Expr:
    """The column in its own type; what cannot be read becomes null and is told by `_unreadable`."""
    pl = polars()
    cell, kind = pl.col(column.name), column.kind
    text = cell.cast(pl.String).str.strip_chars()
    if kind == "text":
        clean = text.str.strip_prefix("'")
        return pl.when(clean.is_in(_NOTHING)).then(None).otherwise(clean).alias(column.name)
    if kind == "time":
        if found == pl.Date or isinstance(found, pl.Datetime):
            made = cell.cast(pl.Datetime("us"))
        else:
            made = pl.coalesce([text.str.to_datetime(form, strict=False, time_unit="us") for form in _TIMES])
        return made.alias(column.name)
    if kind in ("flag", "way", "insurance") or (kind == "whole" and column.name in ("sex", "sex_limit")):
        words = values("sex" if kind == "whole" else kind)
        plain = text.str.strip_suffix(".0")
        mapped = plain.replace_strict(list(words), list(words.values()), default=None, return_dtype=pl.String)
        return mapped.cast(dtype(kind), strict=False).alias(column.name)
    if found in (pl.Float64, pl.Float32) or found.is_integer():
        number = cell.cast(pl.Float64)
        number = pl.when(number.is_finite()).then(number)
    else:
        number = text.str.replace_all("[,，¥￥元]", "").cast(pl.Float64, strict=False)
        number = pl.when(number.is_finite()).then(number)
    if kind == "whole":
        number = pl.when(number == number.round(0)).then(number)
    return number.cast(dtype(kind), strict=False).alias(column.name)


def _unreadable(raw: pl.DataFrame, frame: pl.DataFrame, column: Column, table: str) -> pl.DataFrame:
    """The rows in which something stands that is not what the column holds."""
    pl = polars()
    before, after = raw.get_column(column.name), frame.get_column(column.name)
    if not after.null_count():
        return pl.DataFrame(schema=PROBLEM_COLUMNS)
    lost = after.is_null() & before.is_not_null()
    if before.dtype == pl.String:
        lost &= ~before.str.strip_chars().is_in(_NOTHING)
    if column.name in ("sex", "sex_limit"):  # 0 unknown and 9 not stated are answers, not faults
        lost &= ~before.cast(pl.String).str.strip_chars().is_in(["0", "9", "未知", "未说明"])
    rows = lost.fill_null(False).arg_true().cast(pl.Int64)
    return pl.DataFrame(
        {"table": table, "row": rows, "column": column.name, "kind": f"not-{column.kind}"}
    ).cast(
        PROBLEM_COLUMNS  # type: ignore[arg-type]
    )


def _named(raw: pl.DataFrame, name: str, rename: Mapping[str, str]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The source's columns under the schema's names: rename, then own name, then alias, the first wins."""
    wanted = columns(name)
    strange = [header for header in rename if header not in raw.columns]
    unknown = [column for column in rename.values() if column not in wanted]
    if strange or unknown:
        raise AuditTableError(
            "rename names a header or a column that is not there",
            got=strange or unknown,
            allowed=raw.columns if strange else list(wanted),
            where=f"table {name}",
        )
    taken: dict[str, str] = {column: header for header, column in rename.items()}
    spelt = {str(header).strip(): header for header in raw.columns}
    for column in wanted.values():
        for word in (column.name, column.zh, *column.aliases):
            if column.name not in taken and word in spelt and spelt[word] not in taken.values():
                taken[column.name] = spelt[word]
    unread = tuple(header for header in raw.columns if header not in taken.values())
    return raw.select(polars().col(header).alias(column) for column, header in taken.items()), unread


def _raw(source: Any, name: str) -> pl.DataFrame:
    pl = polars()
    if isinstance(source, pl.DataFrame):
        return source
    if isinstance(source, pl.LazyFrame):
        return source.collect()
    if isinstance(source, str | os.PathLike):
        return _file(Path(source), name)
    if isinstance(source, list):
        return pl.DataFrame(source, infer_schema_length=None, strict=False)
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


def _series(column: Any) -> Any:
    """A pandas column as what polars takes without pyarrow: NumPy where it is one, else a list."""
    if str(column.dtype).startswith(("float", "int", "bool", "datetime64")) and column.dtype.kind in "fiubM":
        array = column.to_numpy()
        return array.astype("datetime64[us]") if column.dtype.kind == "M" else array
    return [None if cell is None or cell != cell else cell for cell in column.astype(object).tolist()]


def _file(path: Path, name: str) -> pl.DataFrame:
    pl = polars()
    if not path.is_file():
        raise NotFoundError("no such file", got=str(path), where=f"table {name}")
    ending = path.name.lower()
    if ending.endswith(".parquet"):
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
    options: dict[str, Any] = {
        "infer_schema": False,
        "separator": "\t" if path.suffix.lower() in (".tsv", ".txt") else ",",
        "encoding": _encoding(path),
    }
    try:
        frame = pl.read_csv(path, **options)
    except pl.exceptions.NoDataError:
        return pl.DataFrame()
    except (pl.exceptions.ComputeError, UnicodeError) as error:
        raise FileFormatError("a CSV file cannot be read to its end", where=path.name) from error
    return frame.rename({header: header.strip().lstrip("\ufeff") for header in frame.columns})


def _encoding(path: Path) -> str:
    """UTF-8, or GB18030 where the beginning of the file is not UTF-8."""
    with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
        start = file.read(1 << 20)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf8"


def _workbook(path: Path, name: str) -> pl.DataFrame:
    """The first sheet that has the table's required columns; a title may stand above its header."""
    calamine = require("python_calamine", extra="excel", feature="reading Excel workbooks")
    words = {word for each in columns(name).values() for word in (each.name, each.zh, *each.aliases)}
    best: tuple[int, int, list[list[Any]]] = (0, 0, [])
    book = calamine.CalamineWorkbook.from_path(str(path))
    for sheet in book.sheet_names:
        rows = book.get_sheet_by_name(sheet).to_python()
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
