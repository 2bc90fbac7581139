"""What a column of codes looks like in memory, whatever library it comes from, and the error of what is none.

Four plain shapes are all the encoder knows. Arrow data is taken as it lies, without a copy.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from .._kernels import _encode
from .._optional import require
from ..errors import ColumnError


class CodeColumnError(ColumnError):
    """A column of codes that is neither text, nor lists of text, nor empty."""

    code = "DS101"


BLOCK = 1 << 14  # Python objects turned into bytes at a time
LIST = (list, tuple, np.ndarray)
ALLOWED = (
    "text joined by |",
    "lists of text",
    "categorical text",
    "Arrow string, dictionary or list<string>",
)


@dataclass(frozen=True, slots=True)
class TextRows:
    """Row `i` is `text[offsets[i]:offsets[i + 1] - gap]`, UTF-8; a missing value is an empty row."""

    text: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]
    gap: int = 0

    def __len__(self) -> int:
        return len(self.offsets) - 1


@dataclass(frozen=True, slots=True)
class ListRows:
    """Row `i` is the `pieces` from `offsets[i]` to `offsets[i + 1]`, each one code or empty."""

    pieces: TextRows
    offsets: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RepeatedRows:
    """Row `i` is row `rows[i]` of `distinct`; a negative one is missing."""

    distinct: CodeRows
    rows: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ChunkedRows:
    """One chunk after the other."""

    chunks: Iterable[CodeRows]  # read once


CodeRows = TextRows | ListRows | RepeatedRows | ChunkedRows


def read_column(column: Any) -> CodeRows:
    """The rows of a column. Raises CodeColumnError when it cannot be one of codes."""
    pandas = sys.modules.get("pandas")  # a column can be pandas' own only when pandas is loaded
    if pandas and isinstance(column, (pandas.Series, pandas.Index, pandas.api.extensions.ExtensionArray)):
        return _read_pandas(column)
    if hasattr(column, "__arrow_c_stream__") or hasattr(column, "__arrow_c_array__"):
        return read_arrow(column)
    if isinstance(column, np.ndarray) and column.ndim == 1 and column.dtype.kind in "OUTiuf":
        return _read_objects(column.tolist())
    if isinstance(column, (list, tuple)):
        return _read_objects(column)
    raise CodeColumnError("this is not a column of codes", got=_shape_of(column), allowed=ALLOWED)


def text_rows(texts: Sequence[str]) -> TextRows:
    """Texts as rows. A lone surrogate is no error: such a text is just unknown."""
    text = _bytes("\n".join(texts).encode("utf-8", "surrogatepass"))
    if len(texts) == 0:
        return TextRows(text, np.zeros(1, dtype=np.int64))
    offsets = np.empty(len(texts) + 1, dtype=np.int64)
    if _encode.line_offsets(text, offsets) == len(texts):
        return TextRows(text, offsets, gap=1)
    pieces = [value.encode("utf-8", "surrogatepass") for value in texts]  # a value holds a line break
    return TextRows(_bytes(b"".join(pieces)), _offsets(map(len, pieces), len(pieces)))


def _read_pandas(column: Any) -> CodeRows:
    import pandas as pd

    values = column.array if isinstance(column, (pd.Series, pd.Index)) else column
    if isinstance(values, pd.Categorical):
        return RepeatedRows(read_column(values.categories), np.asarray(values.codes, dtype=np.int64))
    if isinstance(values.dtype, pd.ArrowDtype) or getattr(values.dtype, "storage", None) == "pyarrow":
        import pyarrow as pa

        return read_arrow(pa.array(values))
    return _read_objects(values.to_numpy(dtype=object))


def _read_objects(values: Sequence[Any] | npt.NDArray[np.object_]) -> ChunkedRows:
    """Python objects in blocks, each made when the encoder asks for it: the copy stays in the caches."""
    blocks = (values[start : start + BLOCK] for start in range(0, len(values), BLOCK))
    return ChunkedRows(
        _read_block(block.tolist() if isinstance(block, np.ndarray) else list(block)) for block in blocks
    )


def _read_block(values: list[Any]) -> TextRows | ListRows:
    """Texts if they are, else with missing values, numbers and lists sorted out."""
    try:
        return text_rows(values)
    except TypeError:
        pass
    try:
        return text_rows(["" if value is None or value != value else value for value in values])
    except (TypeError, ValueError):  # pandas.NA and arrays cannot even be compared
        filled = _without_missing(values)
    if any(issubclass(type_, LIST) for type_ in set(map(type, filled))):
        return _read_lists(filled)
    return text_rows([code_text(value) for value in filled])


def code_text(value: Any) -> str:
    """One cell of codes that is no list, as text; bytes are UTF-8. A list among codes is a text that is no
    code: its row alone is unknown for it."""
    if isinstance(value, str):
        return value
    try:
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    except RecursionError:
        return "[…]"


def _read_lists(values: list[Any]) -> ListRows:
    lists = [value if isinstance(value, LIST) else code_text(value).split("|") for value in values]
    flat = list(chain.from_iterable(lists))
    if any(issubclass(type_, LIST) for type_ in set(map(type, flat))):
        flat = [code_text(piece) if isinstance(piece, LIST) else piece for piece in flat]
    pieces = _read_block(flat)
    assert isinstance(pieces, TextRows)
    return ListRows(pieces, _offsets(map(len, lists), len(lists)))


def _without_missing(values: list[Any]) -> list[Any]:
    """None, NaN, NaT and pandas.NA become empty texts."""
    import pandas as pd

    objects = np.fromiter(values, dtype=object, count=len(values))
    objects[pd.isna(objects)] = ""
    return objects.tolist()


def _offsets(lengths: Iterable[int], count: int) -> npt.NDArray[np.int64]:
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.fromiter(lengths, dtype=np.int64, count=count), out=offsets[1:])
    return offsets


def _bytes(text: bytes) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text, dtype=np.uint8)


def _shape_of(column: Any) -> str:
    dtype = getattr(column, "dtype", None)
    return type(column).__name__ if dtype is None else f"{type(column).__name__} of {dtype}"


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
