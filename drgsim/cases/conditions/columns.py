"""The columns that conditions are asked of, in the forms evaluation works on; each is made once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...codes import CodeLists
from ...codes.code_lists import EMPTY, UNKNOWN
from ...errors import ArgumentError
from .nodes import Name

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Missing = Mask | None  # rows in which something is not known; None for none


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A column of texts: `codes` (rows,) int into `words`, -1 where missing."""

    codes: npt.NDArray[Any]
    words: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """A column of codes: row `i` has `ids[offsets[i]:offsets[i+1]]`, the principal one first.

    Attributes
    ----------
    ids : int [codes], places in `words`; -1 a code that is not among them, -2 an empty first piece
    offsets : int64 [rows + 1], from 0
    words : the codes as text
    missing : rows of which nothing is stated, or None
    """

    ids: npt.NDArray[Any]
    offsets: npt.NDArray[np.int64]
    words: Sequence[str]
    missing: Missing = None

    @classmethod
    def of_lists(cls, lists: CodeLists, words: Sequence[str], missing: Missing = None) -> Codes:
        """From the code lists of a codebook and the texts of its ids."""
        return cls(lists.flat, lists.offsets - lists.offsets[0], words, missing)

    @classmethod
    def of_texts(cls, cells: Any) -> Codes:
        """From texts of codes joined by `|`, or from lists of codes."""
        import pandas as pd

        series = pd.Series(cells, dtype=object).reset_index(drop=True)
        missing = series.isna().to_numpy(dtype=bool)
        rows = [
            [] if gone or not len(cell) else cell.split("|") if isinstance(cell, str) else list(cell)
            for cell, gone in zip(series.tolist(), missing.tolist(), strict=True)
        ]
        kept = [
            [code.strip() for place, code in enumerate(row) if code.strip() or place == 0] for row in rows
        ]
        offsets = np.zeros(len(kept) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in kept], out=offsets[1:])
        ids, words = pd.factorize(np.array([code for row in kept for code in row], dtype=object))
        ids = np.where(np.array([word == "" for word in words] + [False])[ids], EMPTY, ids)
        return cls(ids.astype(np.int64), offsets, list(words), missing)


class FactColumns:
    """Columns by fact, read as conditions ask for them and kept.

    `columns` is a DataFrame or a mapping of name to array, Series, Words, Codes or single value; it may make
    its columns on request. What it lacks is unknown in every row. Make one and give it to many conditions:
    each column is then read, and each set of codes looked up, once.
    """

    def __init__(self, columns: Any, rows: int | None = None) -> None:
        self.columns = columns
        self.rows = _rows(columns) if rows is None else rows
        self._kept: dict[Any, Any] = {}

    def has(self, name: Name) -> bool:
        return name.column in self.columns

    def number(self, name: Name) -> tuple[Floats, Missing]:
        """float64, NaN where unknown, and where that is; bands as ranks, dates as days since 1970."""
        return self.kept(("number", name), lambda: self._number(name))

    def words(self, name: Name) -> Words:
        """The column as texts; a whole number is the text of it."""
        return self.kept(("words", name.column), lambda: _words(self._given(name, None), self.rows))

    def flag(self, name: Name) -> tuple[Mask, Missing]:
        """Where the flag is true, and where it is not known."""
        return self.kept(("flag", name), lambda: self._flag(name))

    def codes(self, name: Name) -> Codes:
        """The column as codes."""
        return self.kept(("codes", name.column), lambda: self._codes(name))

    def kept(self, key: Any, find: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = find()
        return self._kept[key]

    def _given(self, name: Name, default: Any) -> Any:
        return self.columns[name.column] if self.has(name) else default

    def _number(self, name: Name) -> tuple[Floats, Missing]:
        if name.kind == "band":
            words = self.words(name)
            places = {word: float(place) for place, word in enumerate(name.values)}
            ranks = np.array([*(places.get(word, np.nan) for word in words.words), np.nan])
            return _with_missing(ranks[words.codes])
        return _with_missing(_broadcast(_floats(self._given(name, np.nan), name.kind), self.rows))

    def _flag(self, name: Name) -> tuple[Mask, Missing]:
        values = self._given(name, np.nan)
        values = values.to_numpy() if hasattr(values, "to_numpy") and values.dtype == bool else values
        if isinstance(values, np.ndarray) and values.dtype == bool:
            return values, None
        floats, missing = _with_missing(_broadcast(_floats(values, "number"), self.rows))
        return (floats == 1), missing

    def _codes(self, name: Name) -> Codes:
        given = self._given(name, None)
        if isinstance(given, Codes):
            codes = given
        elif given is None:
            nothing = np.zeros(0, dtype=np.int64)
            offsets = np.zeros(self.rows + 1, dtype=np.int64)
            return Codes(nothing, offsets, (), np.ones(self.rows, dtype=bool))
        else:
            codes = Codes.of_texts(given)
        if name.blank_is_none:
            return Codes(codes.ids, codes.offsets, codes.words, None)
        blank = np.diff(codes.offsets) == 0
        missing = blank if codes.missing is None else codes.missing | blank
        return Codes(codes.ids, codes.offsets, codes.words, missing if missing.any() else None)


def _rows(columns: Any) -> int:
    if hasattr(columns, "index") and hasattr(columns, "columns"):
        return len(columns)
    if hasattr(columns, "rows"):
        return int(columns.rows)
    if isinstance(columns, Mapping):
        for column in columns.values():
            if isinstance(column, Words):
                return len(column.codes)
            if isinstance(column, Codes):
                return len(column.offsets) - 1
            if not isinstance(column, str) and hasattr(column, "__len__"):
                return len(column)
    raise ArgumentError(
        "how many rows there are cannot be told from these columns", do="give FactColumns(…, rows)"
    )


def _floats(values: Any, kind: str) -> Floats:
    """Numbers as float64; dates as days, whole when they have no time."""
    import pandas as pd

    if isinstance(values, np.ndarray) and values.dtype == np.float64:
        return values
    if isinstance(values, np.ndarray | pd.Series | pd.Index) or hasattr(values, "__array__"):
        array = values
        if getattr(array.dtype, "tz", None) is not None:
            array = array.dt.tz_localize(None)
        if kind == "date" and not pd.api.types.is_numeric_dtype(array.dtype):
            told = pd.Series(array)
            form = None if pd.api.types.is_datetime64_any_dtype(told.dtype) else "ISO8601"
            moments = pd.to_datetime(told, errors="coerce", format=form).to_numpy().astype("datetime64[D]")
            return np.where(np.isnat(moments), np.nan, moments.astype(np.int64).astype(np.float64))
        if isinstance(array, np.ndarray) and array.dtype.kind in "iufb":
            return array.astype(np.float64)
        numbers = pd.to_numeric(pd.Series(array), errors="coerce")
        return np.asarray(numbers.to_numpy(dtype=np.float64, na_value=np.nan))
    if isinstance(values, list | tuple):
        return _floats(pd.Series(list(values)), kind)
    if values is None:
        return np.array(np.nan)
    if kind == "date" and not isinstance(values, int | float):
        return np.array(float(np.datetime64(values, "D").astype(np.int64)))
    return np.array(float(values))


def _broadcast(values: Floats, rows: int) -> Floats:
    return np.broadcast_to(values, (rows,)) if values.ndim == 0 else values


def _with_missing(values: Floats) -> tuple[Floats, Missing]:
    missing = np.isnan(values)
    return values, missing if missing.any() else None


def _words(given: Any, rows: int) -> Words:
    import pandas as pd

    if isinstance(given, Words):
        return given
    if given is None:
        return Words(np.full(rows, -1, dtype=np.int8), ())
    if isinstance(given, str):
        return Words(np.zeros(rows, dtype=np.int8), (given,))
    series = pd.Series(given)
    if isinstance(series.dtype, pd.CategoricalDtype):
        return Words(series.cat.codes.to_numpy(), [_text(word) for word in series.cat.categories.tolist()])
    codes, distinct = pd.factorize(series)
    words = [_text(word) for word in np.asarray(distinct, dtype=object).tolist()]
    blank = np.array([word == "" for word in words] + [False])
    return Words(np.where(blank[codes], UNKNOWN, codes), words)


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
