"""Read one of the supervision tables into a polars frame; cells that say nothing readable are told.

polars carries these tables: 10⁷ charge lines group, join and window on two cores in a fraction of the
memory and time pandas takes, and its streaming engine bounds what trace codes take (`docs/audit.md` has the
measurement). It is loaded on first use and comes with the extra `audit`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._damaged import whole
from .._paths import is_file
from ..errors import DrgsimError, FileFormatError
from .audit_errors import AuditTableError
from .raw import NOTHING, encoding_of, polars, raw_frame
from .schema import TABLES, Column, columns, values

if TYPE_CHECKING:
    import polars as pl

_TIMES = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y%m%d%H%M%S", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
)  # fmt: skip
PROBLEM_COLUMNS = {"table": str, "row": int, "column": str, "kind": str}


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
    raw, unread = _named(raw_frame(source, name), name, rename or {})
    _refuse_missing(name, raw, unread)
    frame = raw.select(
        _typed(raw.schema[each.name], each) for each in wanted.values() if each.name in raw.columns
    )
    told = [_unreadable(raw, frame, each, name) for each in wanted.values() if each.name in raw.columns]
    problems = pl.concat([pl.DataFrame(schema=PROBLEM_COLUMNS), *(each for each in told if len(each))])
    return Read(name, frame, problems, unread)


def scan_table(name: str, source: Any, *, rename: Mapping[str, str] | None = None) -> pl.LazyFrame | None:
    """The table as a plan that reads it piece by piece: CSV in UTF-8, Parquet, or a polars LazyFrame.

    None for other sources, which are read whole. Raises as `read_table`.
    """
    pl = polars()
    lazy = source if isinstance(source, pl.LazyFrame) else None
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if is_file(path) and path.name.lower().endswith(".parquet"):
            lazy = pl.scan_parquet(path)
        elif is_file(path) and path.name.lower().endswith(".csv") and encoding_of(path) == "utf8":
            lazy = pl.scan_csv(path, infer_schema=False)
    if lazy is None:
        return None
    with whole(source if isinstance(source, str | os.PathLike) else "a table"):
        schema = lazy.collect_schema()
    head, _ = _named(pl.DataFrame(schema=schema), name, rename or {})
    _refuse_missing(name, head)
    taken = _taken(list(schema), name, rename or {})
    wanted = columns(name)
    return lazy.select(pl.col(header).alias(column) for column, header in taken.items()).select(
        _typed(schema[taken[column]], wanted[column]) for column in wanted if column in taken
    )


@contextmanager
def read_through(name: str) -> Iterator[None]:
    """Collect a scanned table inside: what breaks while its file is read is told as damage of the table."""
    pl = polars()
    try:
        yield
    except (pl.exceptions.ComputeError, OSError) as error:
        if isinstance(error, DrgsimError):
            raise
        raise FileFormatError(
            f"the file of the table {name} cannot be read to its end", do="copy or export it again"
        ) from None


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
        "level": pl.Int32,
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
        return pl.when(clean.is_in(NOTHING)).then(None).otherwise(clean).alias(column.name)
    if kind == "time":
        if found == pl.Date or isinstance(found, pl.Datetime):
            made = cell.cast(pl.Datetime("us"))
        else:
            made = pl.coalesce([text.str.to_datetime(form, strict=False, time_unit="us") for form in _TIMES])
        return made.alias(column.name)
    if kind in ("flag", "way", "insurance", "level") or (
        kind == "whole" and column.name in ("sex", "sex_limit")
    ):
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
        lost &= ~before.str.strip_chars().is_in(NOTHING)
    if column.name in ("sex", "sex_limit"):  # 0 unknown and 9 not stated are answers, not faults
        lost &= ~before.cast(pl.String).str.strip_chars().is_in(["0", "9", "未知", "未说明"])
    rows = lost.fill_null(False).arg_true().cast(pl.Int64)
    return pl.DataFrame(
        {"table": table, "row": rows, "column": column.name, "kind": f"not-{column.kind}"}
    ).cast(PROBLEM_COLUMNS)


def _named(raw: pl.DataFrame, name: str, rename: Mapping[str, str]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The source's columns under the schema's names: rename, then own name, then alias, the first wins."""
    taken = _taken(raw.columns, name, rename)
    unread = tuple(header for header in raw.columns if header not in taken.values())
    return raw.select(polars().col(header).alias(column) for column, header in taken.items()), unread


def _taken(headers: Sequence[str], name: str, rename: Mapping[str, str]) -> dict[str, str]:
    """Column → header of the source."""
    wanted = columns(name)
    strange = [header for header in rename if header not in headers]
    unknown = [column for column in rename.values() if column not in wanted]
    if strange or unknown:
        raise AuditTableError(
            "rename names a header or a column that is not there",
            got=strange or unknown,
            allowed=list(headers) if strange else list(wanted),
            where=f"table {name}",
        )
    taken: dict[str, str] = {column: header for header, column in rename.items()}
    spelt = {str(header).strip(): header for header in headers}
    for column in wanted.values():
        for word in (column.name, column.zh, *column.aliases):
            if column.name not in taken and word in spelt and spelt[word] not in taken.values():
                taken[column.name] = spelt[word]
    return taken


def _refuse_missing(name: str, frame: pl.DataFrame, unread: Sequence[str] = ()) -> None:
    wanted = columns(name).values()
    missing = [
        f"{each.zh} {each.name}" for each in wanted if each.required and each.name not in frame.columns
    ]
    if missing:
        headers = [*frame.columns, *unread]
        # a first row that is no header may name a person
        data = not frame.columns or any(re.fullmatch(r"[\d.:/ -]+", header) for header in headers)
        raise AuditTableError(
            f"the table {name} ({TABLES[name][0]}) lacks columns it cannot be read without",
            got=f"{len(headers)} cells in the first row, which looks like data" if data else headers,
            allowed=missing,
            do="rename the header, or say rename={header: column}; `drgsim audit template` writes an example",
        )
