"""The case table as arrays the street can use: money in fen, labels as codes, days as numbers.

Columns are read when a step first asks for one, once, and kept: the same `Stays` serves many policies.
Column names are those of the case table (`drgsim.cases`), plus the answer of a grouper.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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

_LARGEST = 1e12  # yuan; a cell above is no amount of money, and its fen would not fit
_SMALL = 1 << 12  # whole numbers in a range this small are labels by offset, without hashing


@dataclass(frozen=True, slots=True)
class Labels:
    """A column of words: `codes` (n,) int32, −1 where missing, into `names`."""

    codes: Codes
    names: tuple[str, ...]

    def words(self, rows: Ints | slice = slice(None)) -> npt.NDArray[np.object_]:
        """The words of some rows, None where missing."""
        return np.array([*self.names, None], dtype=object)[self.codes[rows]]


@dataclass(frozen=True, slots=True)
class Amounts:
    """A column of money: `fen` (n,) int64, 0 where missing; `known` (n,) bool, None when all are."""

    fen: Fen
    known: Mask | None

    @property
    def all_missing(self) -> bool:
        return self.known is not None and not self.known.any()


class Stays:
    """Grouped cases as columns. `rows` restricts a parent's rows without reading its table again."""

    def __init__(
        self,
        frame: pd.DataFrame,
        group_column: str = "drg",
        *,
        parent: Stays | None = None,
        rows: Ints | None = None,
    ) -> None:
        self.frame = frame
        self.group_column = group_column
        self.rows = rows
        self._parent = parent
        self._kept: dict[tuple[str, str], Any] = {}

    def __len__(self) -> int:
        return len(self.frame) if self.rows is None else len(self.rows)

    def __contains__(self, column: str) -> bool:
        return column in self.frame.columns

    def take(self, rows: Ints) -> Stays:
        """Some of these stays, sharing what was read."""
        return Stays(
            self.frame, self.group_column, parent=self, rows=rows if self.rows is None else self.rows[rows]
        )

    def money(self, column: str) -> Amounts:
        """A column of yuan as fen. A column the table lacks is missing everywhere."""
        return self._get("money", column, self._read_money, _take_money)

    def number(self, column: str) -> Floats:
        """A column of numbers as float64, NaN where missing or absent."""
        return self._get("number", column, self._read_number, _take_array)

    def labels(self, column: str) -> Labels:
        """A column of words or whole numbers as codes."""
        return self._get("labels", column, self._read_labels, _take_labels)

    def days(self, column: str) -> Floats:
        """A column of dates as days since 1970-01-01 (float64), NaN where missing or absent."""
        return self._get("days", column, self._read_days, _take_array)

    def ids(self, rows: Ints) -> npt.NDArray[np.object_]:
        """The case ids of some rows; the row's position where the table has none."""
        if self.rows is not None:
            rows = self.rows[rows]
        if "case_id" not in self:
            return rows.astype(object)
        return self.frame["case_id"].iloc[rows].to_numpy(dtype=object)

    def principal_diagnoses(self) -> Labels:
        """The first code of `diagnoses` (codes joined by |) of each stay."""
        return self._get("principal_diagnoses", "diagnoses", self._read_principals, _take_labels)

    def groups(self) -> Labels:
        """The group of each stay."""
        return self.labels(self.group_column)

    def of_all(self, name: str, find: Callable[[Stays], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """A column found out from the whole table, whatever rows these are."""
        column = self._root.fact(name, find)
        return column if self.rows is None else column[self.rows]

    def fact(self, name: str, find: Callable[[Stays], Any]) -> Any:
        """Something found out from several columns of these rows, kept like a column is."""
        key = ("fact", name)
        if key not in self._kept:
            self._kept[key] = find(self)
        return self._kept[key]

    def _get(self, kind: str, column: str, read: Any, take: Any) -> Any:
        key = (kind, column)
        if key not in self._kept:
            if self._parent is None:
                whole = read(column)
            else:
                root = self._root
                whole = root._get(kind, column, getattr(root, read.__name__), take)
            self._kept[key] = _locked(whole if self.rows is None else take(whole, self.rows))
        return self._kept[key]

    @property
    def _root(self) -> Stays:
        return self if self._parent is None else self._parent._root

    def _read_money(self, column: str) -> Amounts:
        n = len(self.frame)
        if column not in self:
            return Amounts(np.broadcast_to(np.int64(0), n), np.broadcast_to(np.False_, n))
        yuan = self._read_number(column)
        known = np.abs(yuan) < _LARGEST  # not where it is missing
        if known.all():
            return Amounts(to_fen(yuan), None)
        return Amounts(to_fen(np.where(known, yuan, 0.0)), known)

    def _read_number(self, column: str) -> Floats:
        if column not in self:
            return np.broadcast_to(np.float64(np.nan), len(self.frame))
        series = self.frame[column]
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

    def _read_labels(self, column: str) -> Labels:
        if column not in self:
            return Labels(np.broadcast_to(np.int32(-1), len(self.frame)), ())
        series = self.frame[column]
        if series.dtype.kind in "iu" and len(series) and not series.hasnans:
            values = series.to_numpy(dtype=np.int64)
            low, high = int(values.min()), int(values.max())
            if high - low < _SMALL:
                names = tuple(str(value) for value in range(low, high + 1))
                return Labels((values - low).astype(np.int32), names)
        if series.dtype.name == "category":
            return _labels(series.cat.codes.to_numpy(), series.cat.categories)
        return _labels(*series.factorize())

    def _read_principals(self, column: str) -> Labels:
        if column not in self:
            return self._read_labels(column)
        return _labels(*self.frame[column].str.partition("|")[0].factorize())

    def _read_days(self, column: str) -> Floats:
        n = len(self.frame)
        if column not in self:
            return np.broadcast_to(np.float64(np.nan), n)
        import pandas as pd

        series = self.frame[column]
        if series.dtype.kind != "M":
            series = pd.to_datetime(series, errors="coerce")
        if getattr(series.dtype, "tz", None) is not None:
            series = series.dt.tz_localize(None)  # the local day, not the day in Greenwich
        moments = series.to_numpy(dtype="datetime64[s]")
        days = np.floor_divide(moments.astype(np.int64), 86_400).astype(np.float64)
        missing = np.isnat(moments)
        if missing.any():
            days[missing] = np.nan
        return days


def _locked(column: Floats | Amounts | Labels) -> Any:
    """Read only, because every policy shares it."""
    values = (
        column.fen if isinstance(column, Amounts) else column.codes if isinstance(column, Labels) else column
    )
    values.flags.writeable = False
    return column


def _labels(codes: npt.NDArray[Any], found: Any) -> Labels:
    return Labels(codes.astype(np.int32), tuple(_word(value) for value in found))


def _take_money(whole: Amounts, rows: Ints) -> Amounts:
    return Amounts(whole.fen[rows], None if whole.known is None else whole.known[rows])


def _take_array(whole: Floats, rows: Ints) -> Floats:
    return whole[rows]


def _take_labels(whole: Labels, rows: Ints) -> Labels:
    return Labels(whole.codes[rows], whole.names)


def _word(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
