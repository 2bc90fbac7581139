"""A digest of the cases a simulation saw: the same whatever the order of rows or the chunks they came in.

Each stay's values are hashed together, the hashes are sorted and hashed again. The digest says whether two
tables hold the same stays; nothing of a stay can be read from it, and no stay's own hash leaves this file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...cases.columns import case_columns
from ...errors import ColumnError

# what a payment may read beyond the case table: a grouper's answer, and what only some policies ask for
BEYOND = (
    "drg", "mdc", "adrg", "status", "dip_code", "kind", "score", "auxiliary_factor", "aid_class",
    "new_technology_category", "new_technology_year", "unreasonable_cost",
)  # fmt: skip
_ROWS = 1 << 15  # stays whose values stand side by side in memory at a time
_WIDTH = 16  # bytes of a text's hash
_MISSING = "\x00"

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Fingerprint:
    """`digest` is SHA-256 (hex) over `columns` of `rows` stays."""

    digest: str
    rows: int
    columns: tuple[str, ...]


def fingerprint(
    cases: pd.DataFrame | Iterable[pd.DataFrame], *, columns: Sequence[str] | None = None
) -> Fingerprint:
    """The fingerprint of a table of cases, or of its chunks one after another.

    Parameters
    ----------
    cases : DataFrame of cases, or an iterable of chunks of one.
    columns : what to cover; without it every column a simulation may read (the case table's, and groups). A
        column with no value in any row is no column, and the order of columns, whole numbers held as
        floats, and how a missing value is written change nothing.

    Raises
    ------
    ColumnError : none of the columns is there.

    >>> import pandas as pd
    >>> cases = pd.DataFrame({"case_id": ["a", "b"], "age": [3, None], "retired": [None, None]})
    >>> fingerprint(cases) == fingerprint(cases.iloc[::-1]) == fingerprint([cases.iloc[:1], cases.iloc[1:]])
    True
    >>> fingerprint(cases).columns
    ('age', 'case_id')
    >>> fingerprint(cases) == fingerprint(cases.assign(age=[4, None]))
    False
    """
    chunks = [cases] if isinstance(cases, pd.DataFrame) else list(cases)
    known = {*case_columns(), *BEYOND} if columns is None else set(columns)
    stated = sorted(name for name in known if any(_states(chunk, name) for chunk in chunks))
    if not stated:
        raise ColumnError("no column of a case table to take a fingerprint of", allowed=sorted(known))
    rows: list[bytes] = []
    for chunk in chunks:
        for start in range(0, len(chunk), _ROWS):
            rows += _row_hashes(chunk.iloc[start : start + _ROWS], stated)
    digest = hashlib.sha256("\n".join(stated).encode())
    digest.update(b"".join(sorted(rows)))
    return Fingerprint(digest.hexdigest(), len(rows), tuple(stated))


def _states(chunk: pd.DataFrame, name: str) -> bool:
    """Whether any row has a value."""
    return name in chunk.columns and any(value != "" for value in chunk[name].dropna())  # ends at the first


def _row_hashes(chunk: pd.DataFrame, columns: Sequence[str]) -> list[bytes]:
    """SHA-256 of each row's values."""
    n = len(chunk)
    parts = [_canonical(chunk[name]) if name in chunk.columns else _missing(n) for name in columns]
    together = np.ascontiguousarray(np.hstack(parts)).tobytes()
    width = len(together) // n
    sha = hashlib.sha256
    return [sha(together[at : at + width]).digest() for at in range(0, len(together), width)]


def _canonical(column: pd.Series[Any]) -> Bytes:
    """(rows, 16) bytes that are equal where values are, whatever type holds them."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        seconds = column.to_numpy("datetime64[s]").astype(np.float64)
        return _of_numbers(np.where(column.isna(), np.nan, seconds))
    if pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        return _of_numbers(column.to_numpy(np.float64, na_value=np.nan))
    if column.dtype == object:
        told = column.infer_objects()  # numbers or dates that stand among objects
        if told.dtype != object:
            return _canonical(told)
    return _of_texts(column)


def _of_numbers(values: npt.NDArray[np.float64]) -> Bytes:
    words = np.zeros((len(values), 2), "<f8")
    words[:, 0] = values + 0.0  # no minus zero
    held = words.view(np.uint8)
    blank = np.isnan(values)
    held[blank] = _missing(int(blank.sum()))
    return held


def _of_texts(column: pd.Series[Any]) -> Bytes:
    """Each different text is hashed once."""
    if isinstance(column.dtype, pd.StringDtype):
        codes, texts = column.array.factorize()
        found = texts.to_numpy(object)  # texts of Arrow are slow to walk one by one
    else:
        codes, found = pd.factorize(column.astype(object).map(_text).to_numpy(object))
    sha, width, blank = hashlib.sha256, _WIDTH, _blank()
    hashes = [sha(text.encode()).digest()[:width] if text != "" else blank for text in found.tolist()]
    hashed = b"".join([*hashes, blank])
    table = np.frombuffer(hashed, np.uint8).reshape(-1, _WIDTH)
    return table[codes]  # the last row is what is missing


def _text(value: Any) -> str | None:
    """A value of a column of words; a list of codes is its words with their separator."""
    if isinstance(value, list | tuple | np.ndarray):
        return "|".join(map(str, value))
    return None if pd.isna(value) else str(value)


def _missing(n: int) -> Bytes:
    return np.frombuffer(_blank() * n, np.uint8).reshape(n, _WIDTH)


@cache
def _blank() -> bytes:
    return hashlib.sha256(_MISSING.encode()).digest()[:_WIDTH]
