"""Cells as text: what every reader does before it looks at what a cell says, and cells of CSV that a
spreadsheet would run as a formula, written so that it shows them as text; and back.

A text that begins with `=`, `+`, `-`, `@` (in full width too, which Chinese spreadsheets run as well), a tab
or a line end gets an apostrophe in front, and so does one that begins with apostrophes and then such a sign;
reading takes one away again. So every text comes back as it was. What is only a number, or one sign, is left
alone: nothing runs it.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._kernels._cells import beginning
from .columns import text_dtype

if TYPE_CHECKING:
    import pandas as pd


MARK = "'"
_SIGNS = "=+\\-@\t\r\n＝＋－＠"
_RUNS = re.compile(f"'*[{_SIGNS}]")
_MARKED = re.compile(f"'+[{_SIGNS}]")
# how spreadsheets hold a text together: ="00123", =123, and an apostrophe in front
HELD = re.compile(r"='?\"(.*)\"|=(\d+)|'([=+\-@\t\r'].*|.*[^'])", re.DOTALL)
_A_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)?(e[+-]?\d+)?%?", re.IGNORECASE)


def _table(signs: bytes) -> npt.NDArray[np.uint8]:
    table = np.zeros(256, dtype=np.uint8)
    table[list(signs)] = 1
    return table


_FIRST = _table(b"'=+-@\t\r\n\xef")  # the last begins every full-width sign in UTF-8
_MARK = _table(MARK.encode())


def neutral(text: str) -> str:
    """A text as it is written.

    >>> neutral("=1+1"), neutral("-12.5"), neutral("'@x"), neutral("K80.101")
    ("'=1+1", '-12.5', "''@x", 'K80.101')
    """
    return MARK + text if _RUNS.match(text) and not _A_NUMBER.fullmatch(text) else text


def restored(text: str) -> str:
    """What `neutral` was given, from what it gave.

    >>> restored("'=1+1"), restored("''@x"), restored("'K80")
    ('=1+1', "'@x", "'K80")
    """
    return text[1:] if _MARKED.match(text) else text


def read_back(text: str) -> str:
    """As `restored`, for a reader that takes what holds a text together off afterwards: never both."""
    plain = restored(text)
    return text if plain is not text and HELD.fullmatch(plain) else plain


def neutral_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame whose texts, and whose headers, are as they are to be written."""
    import pandas as pd

    made = frame.rename(columns=lambda name: neutral(str(name)))
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if isinstance(column.dtype, pd.CategoricalDtype):
            texts = column.cat.categories
            if any(isinstance(text, str) and neutral(text) != text for text in texts):
                column = column.astype(object)
        if not (column.dtype == object or pd.api.types.is_string_dtype(column.dtype)):
            continue
        first = column.astype(str).str[:1]
        if first.isin([*"'=+-@\t\r\n＝＋－＠"]).any():
            changed = [neutral(cell) if isinstance(cell, str) else cell for cell in column.tolist()]
            made.isetitem(place, pd.Series(changed, index=column.index, dtype=object).array)
    return made


def neutral_array(array: Any) -> Any:
    """An Arrow array (or chunked array) of texts as it is written; the same array when nothing in it runs."""
    return _changed(array, _FIRST, neutral, numbers=False)


def restored_array(array: Any) -> Any:
    """What `neutral_array` was given."""
    return _changed(array, _MARK, restored, numbers=True)


def one_array(array: Any) -> Any:
    """A chunked array in one piece."""
    import pyarrow as pa

    if not isinstance(array, pa.ChunkedArray):
        return array
    return array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()


def buffers(array: Any) -> tuple[npt.NDArray[np.uint8], npt.NDArray[Any]]:
    """The bytes of an array of texts, and where each begins and the last one ends; without a copy."""
    import pyarrow as pa

    if not len(array):
        return np.empty(0, dtype=np.uint8), np.zeros(1, dtype=np.int64)
    _, offset_buffer, text_buffer = array.buffers()
    width: Any = np.int64 if pa.types.is_large_string(array.type) else np.int32
    offsets = np.frombuffer(offset_buffer, dtype=width)[array.offset : array.offset + len(array) + 1]
    text: npt.NDArray[np.uint8] = np.frombuffer(text_buffer or b"", dtype=np.uint8)
    return text[: offsets[-1]][offsets[0] :], offsets if offsets[0] == 0 else offsets - offsets[0]


def _changed(array: Any, signs: npt.NDArray[np.uint8], change: Any, *, numbers: bool) -> Any:
    """`change` applied to the texts that begin with one of the signs; `numbers` among them or not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(array, pa.ChunkedArray) and array.num_chunks > 1:
        made = [_changed(chunk, signs, change, numbers=numbers) for chunk in array.chunks]
        return pa.chunked_array(made, array.type)
    whole = one_array(array)
    rows = np.empty(len(whole), dtype=np.int64)
    rows = rows[: beginning(*buffers(whole), signs, numbers, rows)]
    if not len(rows):
        return array
    texts = whole.take(pa.array(rows))
    changed = pa.array([None if text is None else change(text) for text in texts.to_pylist()], array.type)
    if changed.equals(texts):
        return array
    mask = np.zeros(len(whole), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(whole, pa.array(mask), changed)


def read_back_array(array: Any) -> Any:
    """`read_back` of each text of an Arrow array."""
    return _changed(array, _MARK, read_back, numbers=True)


# stripped around every cell; named, because pandas and Python do not agree on what white space is
BLANKS = " \t\r\n\v\f\u00a0\u3000\ufeff"


def plain_text(value: Any) -> str:
    """Any cell as text: whole floats lose their `.0`, which typed sources put there for missing values.

    >>> plain_text(12.0), plain_text("012"), plain_text(True)
    ('12', '012', '1')
    """
    if isinstance(value, str):
        return value.strip(BLANKS)
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return str(int(value))
    if isinstance(value, complex | np.complexfloating) and value.imag == 0:
        return plain_text(float(value.real))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip(BLANKS)
    return str(value)


def as_text(raw: pd.Series) -> pd.Series:
    """A raw column as stripped text, missing kept missing."""
    import pandas as pd

    if pd.api.types.is_string_dtype(raw.dtype) and raw.dtype != object:
        with suppress(UnicodeEncodeError):
            return raw.astype(text_dtype()).str.strip(BLANKS)
    cells = [None if is_missing(cell) else plain_text(cell) for cell in raw.tolist()]
    return whole_texts(cells, index=raw.index)


def whole_texts(cells: list[Any], index: pd.Index | None = None) -> pd.Series:
    """Texts as a Series; half a surrogate pair, which nothing can hold or write, becomes `\ufffd`."""
    import pandas as pd

    try:
        return pd.Series(cells, index=index, dtype=text_dtype())
    except UnicodeEncodeError:
        halves = re.compile("[\ud800-\udfff]")
        told = [halves.sub("\ufffd", cell) if isinstance(cell, str) else cell for cell in cells]
        return pd.Series(told, index=index, dtype=text_dtype())


def folded(text: str) -> str:
    """Full-width forms as plain ones, no blanks around."""
    return unicodedata.normalize("NFKC", text).strip()


def is_missing(cell: Any) -> bool:
    """None, NaN, NaT or pandas.NA."""
    import pandas as pd

    return cell is None or (
        not isinstance(cell, str) and pd.api.types.is_scalar(cell) and bool(pd.isna(cell))
    )
