"""Columns of a case table as arrays: money as fen, words as codes, dates as days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..errors import ColumnError
from .fen import Fen, Floats, to_fen

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

LARGEST = 1e12  # yuan; a cell above is no amount of money, and its fen would not fit
_SMALL = 1 << 12  # whole numbers in a range this small are labels by offset, without hashing
_DAY = 86_400  # seconds


@cache
def _single(value: float, dtype: Any) -> npt.NDArray[Any]:
    return np.broadcast_to(dtype(value), 1)


def same(value: float, n: int, dtype: Any = np.int64) -> npt.NDArray[Any]:
    """(n,) one value for all, not to be written into; that of a single row is made once."""
    return _single(value, dtype) if n == 1 else np.broadcast_to(dtype(value), n)


@dataclass(frozen=True, slots=True)
class Labels:
    """A column of words: `codes` (n,) int32, −1 where missing, into `names`."""

    codes: Codes
    names: tuple[str, ...]

    def words(self, rows: Ints | slice = slice(None)) -> npt.NDArray[np.object_]:
        """The words of some rows, None where missing."""
        return np.array([*self.names, None], dtype=object)[self.codes[rows]]

    def take(self, rows: Ints) -> Labels:
        return Labels(self.codes[rows], self.names)


@dataclass(frozen=True, slots=True)
class Amounts:
    """A column of money: `fen` (n,) int64, 0 where missing; `known` (n,) bool, None when all are."""

    fen: Fen
    known: Mask | None

    @property
    def all_missing(self) -> bool:
        known = self.known
        if known is not None and known.size == 1:
            return not known[0]  # many columns are asked of a single stay
        return known is not None and not known.any()

    def take(self, rows: Ints) -> Amounts:
        return Amounts(self.fen[rows], None if self.known is None else self.known[rows])


def read_money(frame: pd.DataFrame, column: str) -> Amounts:
    """Yuan as fen. A column the table lacks is missing everywhere."""
    n = len(frame)
    if column not in frame.columns:
        return Amounts(np.broadcast_to(np.int64(0), n), np.broadcast_to(np.False_, n))
    yuan = read_number(frame, column)
    known = np.abs(yuan) < LARGEST  # not where it is missing
    if known.all():
        return Amounts(to_fen(yuan), None)
    return Amounts(to_fen(np.where(known, yuan, 0.0)), known)


def read_number(frame: pd.DataFrame, column: str) -> Floats:
    """Float64, NaN where missing or absent. Raises ColumnError for a column of text."""
    if column not in frame.columns:
        return np.broadcast_to(np.float64(np.nan), len(frame))
    series = frame[column]
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "biuf":
        return np.asarray(series.to_numpy(), dtype=np.float64).view()
    try:
        return np.asarray(series.to_numpy(dtype=np.float64, na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise ColumnError(
            f"column {column!r} does not hold numbers",
            got=str(series.dtype),
            do="read the file with drgsim.read_cases, which reports what it cannot read",
        ) from error


def read_labels(frame: pd.DataFrame, column: str) -> Labels:
    """Words, or whole numbers as words; missing everywhere where the table lacks the column."""
    if column not in frame.columns:
        return Labels(np.broadcast_to(np.int32(-1), len(frame)), ())
    series = frame[column]
    if series.dtype.kind in "iu" and len(series) and not series.hasnans:
        values = series.to_numpy(dtype=np.int64)
        low, high = int(values.min()), int(values.max())
        if high - low < _SMALL:
            return Labels((values - low).astype(np.int32), tuple(map(str, range(low, high + 1))))
    if series.dtype.name == "category":
        return _labels(series.cat.codes.to_numpy(), series.cat.categories)
    return _labels(*series.factorize())


def read_first_codes(frame: pd.DataFrame, column: str) -> Labels:
    """The first of the codes joined by | in each cell."""
    if column not in frame.columns:
        return read_labels(frame, column)
    return _labels(*frame[column].str.partition("|")[0].factorize())


def read_days(frame: pd.DataFrame, column: str) -> Floats:
    """Days since 1970-01-01 (float64), NaN where missing or absent."""
    if column not in frame.columns:
        return np.broadcast_to(np.float64(np.nan), len(frame))
    import pandas as pd

    series = frame[column]
    if series.dtype.kind != "M":
        series = pd.to_datetime(series, errors="coerce")
    if getattr(series.dtype, "tz", None) is not None:
        series = series.dt.tz_localize(None)  # the local day, not the day in Greenwich
    moments = series.to_numpy(dtype="datetime64[s]")
    days = np.floor_divide(moments.astype(np.int64), _DAY).astype(np.float64)
    days[np.isnat(moments)] = np.nan
    return days


READERS: dict[str, Callable[[pd.DataFrame, str], Any]] = {
    "money": read_money, "number": read_number, "labels": read_labels, "first_codes": read_first_codes,
    "days": read_days,
}  # fmt: skip


def _labels(codes: npt.NDArray[Any], found: Any) -> Labels:
    return Labels(codes.astype(np.int32), tuple(map(_word, np.asarray(found, object))))  # walked faster so


def _word(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
