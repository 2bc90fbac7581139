"""Write a table of cases chunk by chunk, so that memory does not grow with the file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._atomic import replacing
from .._kernels._cells import holds
from .._kernels._csv_rows import csv_rows, room
from .._optional import installed, require
from .._parallel import chunks
from ..errors import ArgumentError, ColumnError
from .arrow_columns import is_text
from .columns import case_columns
from .texts import buffers, neutral, neutral_array, neutral_frame, one_array, plain_text

if TYPE_CHECKING:
    import pandas as pd

    from .._kernels._csv_rows import Column

ENDINGS = (".csv", ".csv.gz", ".parquet")

Write = Callable[[Any], None]

_LOOKED_AT = 4096  # values of a column that say whether a dictionary of them pays
_WRITTEN_AT_ONCE = 1 << 14  # values; pyarrow's own 1,024 cost a sixth more
_ROWS_AT_ONCE = 1 << 13  # of CSV: some hundred bytes each, which stay in a core's own cache
_QUOTED = ',"\r\n'  # what makes a cell of CSV stand in quotes
TEXT32, TEXT64, CODED, WHOLE = range(4)  # as in _kernels/_csv_rows.pyx


@contextmanager
def chunk_writer(
    path: str | os.PathLike[str], *, bom: bool = False, allowed: Sequence[str] = ENDINGS
) -> Iterator[Write]:
    """A function to call with each chunk, a DataFrame or (with pyarrow) an Arrow table; the ending of `path`
    says how it is written. `bom` puts a byte order mark before CSV, for Excel; `allowed` are the endings that
    an error names.

    All chunks have the columns of the first; one that a later chunk lacks stays empty there. The file
    appears when the block ends well, and not at all when it does not. Raises ArgumentError for another
    ending, ColumnError for a chunk with columns that the first has not, NotFoundError for a missing folder,
    MissingExtraError without pyarrow for Parquet.

    >>> import tempfile, pathlib, pandas as pd
    >>> target = pathlib.Path(tempfile.mkdtemp()) / "cases.csv"
    >>> with chunk_writer(target) as write:
    ...     write(pd.DataFrame({"case_id": ["1"]}))
    ...     write(pd.DataFrame({"case_id": ["2"]}))
    >>> target.read_text().split()
    ['case_id', '1', '2']
    """
    target = Path(path)
    name = target.name.lower()
    if not name.endswith(ENDINGS):
        raise ArgumentError("the ending of the file says how it is written", got=target.name, allowed=allowed)
    with replacing(target) as part:
        make = _parquet if name.endswith(".parquet") else _csv_arrow if installed("pyarrow") else _csv_pandas
        with make(part, compressed=name.endswith(".gz"), mark="\ufeff" if bom else "") as write:
            yield aligned(write)


def aligned(write: Write) -> Write:
    """`write`, given only chunks in the columns of the first."""
    columns: list[str] = []

    def write_aligned(chunk: Any) -> None:
        names = [*(chunk.columns if _is_frame(chunk) else chunk.column_names)]
        if not columns:
            columns.extend(names)
        elif names != columns:
            further = [name for name in names if name not in columns]
            if further:
                raise ColumnError(
                    "the tables to write into one file differ in their columns",
                    got=further,
                    allowed=columns,
                    do="give these files apart, or make one table of them first (drgsim convert)",
                )
            chunk = chunk.reindex(columns=columns) if _is_frame(chunk) else _with_all(chunk, columns)
        write(chunk)

    return write_aligned


def _is_frame(chunk: Any) -> bool:
    return not hasattr(chunk, "column_names")


def _with_all(table: Any, columns: list[str]) -> Any:
    """An Arrow table with these columns, empty where it has none."""
    import pyarrow as pa

    there = {*table.column_names}
    empty = pa.nulls(table.num_rows)
    return pa.table({name: table.column(name) if name in there else empty for name in columns})


@contextmanager
def _parquet(part: Path, *, compressed: bool, mark: str) -> Iterator[Write]:
    parquet = require("pyarrow.parquet", extra="arrow", feature="writing Parquet files")
    writer: Any = None

    def write(frame: pd.DataFrame) -> None:
        nonlocal writer
        table = _arrow(frame, None if writer is None else writer.schema)
        if writer is None:
            writer = parquet.ParquetWriter(part, table.schema, **parquet_settings(table))
        writer.write_table(table)

    try:
        yield write
    finally:
        if writer is not None:
            writer.close()


@contextmanager
def _csv_arrow(part: Path, *, compressed: bool, mark: str) -> Iterator[Write]:
    import pyarrow as pa

    schema: Any = None
    out = np.empty(0, dtype=np.uint8)

    def write(frame: pd.DataFrame) -> None:
        nonlocal schema, out
        table = _arrow(frame, schema)
        if schema is None:
            schema = table.schema
            sink.write((mark + ",".join(_cell(neutral(name)) for name in schema.names) + "\n").encode())
        columns = [_as_cells(column) for column in table.columns] if table.num_rows else []
        for start, stop in chunks(len(table), _ROWS_AT_ONCE):
            needed = room(columns, start, stop)
            if needed > len(out):
                out = np.empty(needed + needed // 8, dtype=np.uint8)
            sink.write(out[: csv_rows(columns, start, stop, out)])

    with pa.output_stream(part, compression="gzip" if compressed else None) as sink:
        yield write


def _cell(text: str) -> str:
    """A text as a cell of CSV, in quotes where it has to stand in them."""
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in _QUOTED) else text


def _as_cells(column: Any) -> Column:
    """A column as the kernel writes it."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        coded = _as_codes(column)
        if coded is not None:
            return coded
        column = column.cast(kind.value_type)
        kind = kind.value_type
    none, no_spans = np.empty(0, dtype=np.uint8), np.empty(0, dtype=np.int32)
    if pa.types.is_integer(kind) and kind != pa.uint64():
        numbers = one_array(column.cast(pa.int64()))
        valid, held = numbers.buffers()
        rows = np.frombuffer(held, dtype=np.uint8)[numbers.offset * 8 :]
        return WHOLE, _bits(numbers, valid), numbers.offset, rows, none, no_spans, 0, False
    if pa.types.is_nested(kind):
        texts = neutral_array(_as_json(column))
    elif is_text(kind):
        texts = neutral_array(column)
    elif _is_plain(kind):
        texts = column.cast(pa.string())
    else:
        texts = neutral_array(_as_words(column))
    texts = one_array(texts)
    large = pa.types.is_large_string(texts.type)
    valid, places, held = texts.buffers()
    rows = np.frombuffer(places, dtype=np.uint8)[texts.offset * (8 if large else 4) :]
    text = np.frombuffer(held or b"", dtype=np.uint8)
    looked = holds(buffers(texts)[0], _QUOTED.encode())
    return TEXT64 if large else TEXT32, _bits(texts, valid), texts.offset, rows, text, no_spans, 0, looked


def _as_codes(column: Any) -> Column | None:
    """A coded column of a few texts; None of another."""
    import pyarrow as pa

    kind = column.type
    if not is_text(kind.value_type) or column.num_chunks != 1:
        return None
    coded = column.chunk(0)
    if len(coded.dictionary) > _LOOKED_AT or coded.dictionary.null_count:
        return None
    texts = coded.dictionary.to_pylist()
    cells = [_cell(neutral(text)).encode() for text in texts]
    spans = np.cumsum([0, *map(len, cells)], dtype=np.int32)
    text = np.frombuffer(b"".join(cells), dtype=np.uint8)
    places = coded.indices.cast(pa.int32())
    valid, held = places.buffers()
    rows = np.frombuffer(held, dtype=np.uint8)[places.offset * 4 :]
    return (
        CODED,
        _bits(places, valid),
        places.offset,
        rows,
        text,
        spans,
        max(map(len, cells), default=0),
        False,
    )


def _bits(array: Any, valid: Any) -> npt.NDArray[np.uint8]:
    """The bits of an array that say which rows hold something; none where all do."""
    return np.frombuffer(valid if valid is not None and array.null_count else b"", dtype=np.uint8)


def _is_plain(kind: Any) -> bool:
    """Whether a type is one that Arrow writes as CSV, whatever stands in it."""
    import pyarrow as pa

    tests = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
    days = (pa.types.is_date, pa.types.is_time, pa.types.is_timestamp, pa.types.is_duration, pa.types.is_null)
    return any(test(kind) for test in (*tests, *days))


def _as_words(column: Any) -> Any:
    """Bytes, views, intervals and types of others' making as text."""
    import pyarrow as pa

    cells = [None if cell is None else plain_text(cell) for cell in column.to_pylist()]
    return pa.array(cells, pa.string())


def _as_json(column: Any) -> Any:
    """Lists, maps and structures, which CSV has no form for, as their JSON."""
    import pyarrow as pa

    cells = [
        None if cell is None else json.dumps(cell, ensure_ascii=False, default=str)
        for cell in column.to_pylist()
    ]
    return pa.array(cells, pa.string())


def as_csv_text(name: str, column: Any) -> Any:
    """A column of the case table (an Arrow array) as CSV holds it, where an empty cell could mean two things:
    `NA` for codes that are missing, a flag in words; days without a time."""
    import pyarrow as pa
    import pyarrow.compute as pc

    known = case_columns().get(name)
    if pa.types.is_timestamp(column.type):
        midnight = pc.equal(column, pc.floor_temporal(column, unit="day"))
        days = column.cast(pa.date32(), safe=False).cast(pa.string())
        return pc.if_else(midnight, days, column.cast(pa.string()))
    if known is not None and known.kind == "codes" and is_text(column.type):
        return pc.fill_null(column, "NA")
    if known is not None and known.kind == "flag" and pa.types.is_boolean(column.type):
        return pc.if_else(column, pa.scalar("是"), pa.scalar("否"))
    return column


@contextmanager
def _csv_pandas(part: Path, *, compressed: bool, mark: str) -> Iterator[Write]:
    import gzip

    header = True

    def write(frame: pd.DataFrame) -> None:
        nonlocal header
        # with this ending, text that holds a bare carriage return is quoted
        if header:
            sink.write(mark)
        neutral_frame(frame).to_csv(sink, index=False, header=header, lineterminator="\r\n")
        header = False

    opened = gzip.open if compressed else open
    with opened(part, "wt", encoding="utf-8", newline="") as sink:
        yield write


def parquet_settings(table: Any) -> dict[str, Any]:
    """How tables like this one are written, as keyword arguments of pyarrow's ParquetWriter."""
    return {
        "use_dictionary": _with_few_values(table),
        "write_statistics": _with_bounds(table.schema),
        "write_batch_size": _WRITTEN_AT_ONCE,
        "store_schema": False,  # without Arrow's own, coded columns are read as the text they stand for
    }


def _with_few_values(table: Any) -> list[str]:
    """The columns for which a dictionary of their values pays: all but those that hardly repeat. A dictionary
    that grows too large is given up half way, after each value was looked up in vain."""
    import pyarrow as pa

    few = []
    for field in table.schema:
        coded = pa.types.is_dictionary(field.type) or pa.types.is_nested(field.type)
        seen = table.column(field.name).slice(0, 0 if coded else _LOOKED_AT)
        if len(seen) < _LOOKED_AT or len(seen.unique()) <= len(seen) // 8:
            few.append(field.name)
    return few


def _with_bounds(schema: Any) -> list[str]:
    """The columns whose least and greatest value is written beside: numbers and days, which are asked for by
    range; of texts it costs as much as writing them."""
    import pyarrow as pa

    kinds = (pa.types.is_integer, pa.types.is_floating, pa.types.is_temporal, pa.types.is_decimal)
    return [field.name for field in schema if any(is_kind(field.type) for is_kind in kinds)]


def _arrow(frame: Any, schema: Any) -> Any:
    """A chunk as an Arrow table: categories as text, and a column empty in the first chunk as text."""
    import pyarrow as pa

    if not _is_frame(frame):
        return _like(frame, schema)
    plain = frame.astype({name: object for name in frame.columns if frame[name].dtype.name == "category"})
    plain.attrs = {}
    table = pa.Table.from_pandas(plain, preserve_index=False).replace_schema_metadata()
    return _like(table, schema)


def _like(table: Any, schema: Any) -> Any:
    """A table in this schema, that of the first chunk; of the first itself, its empty columns as text."""
    import pyarrow as pa

    if schema is not None:
        return table if table.schema.equals(schema) else table.cast(schema)
    table = table.replace_schema_metadata()
    text = [field.with_type(pa.string()) if pa.types.is_null(field.type) else field for field in table.schema]
    return table.cast(pa.schema(text))
