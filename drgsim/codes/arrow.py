"""Columns of codes that lie in Arrow memory (pyarrow, polars, DuckDB, Arrow-backed pandas)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .._optional import require
from .code_errors import CodeColumnError
from .columns import ALLOWED, ChunkedRows, CodeRows, ListRows, RepeatedRows, TextRows


def read_arrow(column: Any) -> CodeRows:
    """The rows of an Arrow array, chunked array, or anything that exports one.

    Raises CodeColumnError for a type that cannot hold codes, MissingExtraError without pyarrow.
    """
    pa = require("pyarrow", extra="arrow", feature="reading Arrow columns")
    if not isinstance(column, (pa.Array, pa.ChunkedArray)):
        column = pa.chunked_array(column) if hasattr(column, "__arrow_c_stream__") else pa.array(column)
    if isinstance(column, pa.ChunkedArray):
        chunks = tuple(_read_array(chunk) for chunk in column.chunks)
        return chunks[0] if len(chunks) == 1 else ChunkedRows(chunks)
    return _read_array(column)


def _read_array(array: Any) -> CodeRows:
    import pyarrow as pa
    import pyarrow.compute as pc

    type_ = array.type
    if pa.types.is_dictionary(type_):
        rows = array.indices.cast(pa.int64()).fill_null(-1).to_numpy()
        return RepeatedRows(_read_array(array.dictionary), rows)
    if pa.types.is_string(type_) or pa.types.is_large_string(type_):
        return _read_strings(array)
    if pa.types.is_nested(type_) and hasattr(array, "flatten") and hasattr(type_, "value_type"):
        pieces = _read_array(array.flatten())
        if isinstance(pieces, RepeatedRows):
            pieces = _read_array(array.flatten().dictionary_decode())
        if not isinstance(pieces, TextRows):
            raise CodeColumnError("a list of codes holds lists", got=str(type_), allowed=ALLOWED)
        lengths = pc.list_value_length(array).fill_null(0).to_numpy()
        return ListRows(pieces, np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]))
    if pa.types.is_string_view(type_) or pa.types.is_integer(type_) or pa.types.is_floating(type_):
        return _read_strings(array.cast(pa.large_string()))
    if pa.types.is_null(type_):
        return TextRows(np.empty(0, dtype=np.uint8), np.zeros(len(array) + 1, dtype=np.int64))
    raise CodeColumnError("this is not a column of codes", got=f"Arrow {type_}", allowed=ALLOWED)


def _read_strings(array: Any) -> TextRows:
    rows = _string_buffers(array)
    if array.null_count:
        missing = array.is_null().to_numpy(zero_copy_only=False)
        if np.diff(rows.offsets)[missing].any():  # Arrow allows bytes under a missing value
            return _string_buffers(array.fill_null(""))
    return rows


def _string_buffers(array: Any) -> TextRows:
    import pyarrow as pa

    _, offset_buffer, text_buffer = array.buffers()
    width: type[np.signedinteger[Any]] = np.int64 if pa.types.is_large_string(array.type) else np.int32
    if len(array) == 0:
        return TextRows(np.empty(0, dtype=np.uint8), np.zeros(1, dtype=np.int64))
    offsets = np.frombuffer(offset_buffer, dtype=width)[array.offset : array.offset + len(array) + 1]
    text: npt.NDArray[np.uint8] = np.frombuffer(text_buffer or b"", dtype=np.uint8)
    return TextRows(text, offsets.astype(np.int64, copy=False))
