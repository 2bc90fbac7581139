"""The stays to be paid: a grouped case table whose columns are read as steps ask for them.

A column is read once and kept, so the same `Stays` serves many policies. Column names are those of the case
table (`drgsim.cases`), plus the answer of a grouper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...cases.arrays import READERS, Amounts, Ints, Labels
from ...cases.fen import Floats

FACT = "fact"
Key = tuple[str, str]  # how a column is read, or `fact`; its name


class Stays:
    """Grouped cases as columns. One made by `take` sees some rows of another, whose columns it shares."""

    def __init__(self, frame: pd.DataFrame, group_column: str = "drg") -> None:
        self.frame = frame
        self.group_column = group_column
        self.rows: Ints | None = None  # positions in the frame; None for all
        self._of: Stays | None = None  # not itself: a circle would keep a table after the last who needs it
        self._kept: dict[Key, Any] = {}
        self._needed: dict[Key, set[Key]] = {}  # what each thing kept was found from
        self._finding: list[set[Key]] = []

    def __len__(self) -> int:
        return len(self.frame) if self.rows is None else len(self.rows)

    def __contains__(self, column: str) -> bool:
        return column in self.frame.columns

    @property
    def whole(self) -> Stays:
        """The table these are some rows of."""
        return self if self._of is None else self._of

    def take(self, rows: Ints | slice) -> Stays:
        """Some of these stays by position; a slice stands for all of them."""
        if isinstance(rows, slice):
            return self
        some = Stays(self.frame, self.group_column)
        some.rows = rows if self.rows is None else self.rows[rows]
        some._of = self.whole
        return some

    def money(self, column: str) -> Amounts:
        """A column of yuan as fen. A column the table lacks is missing everywhere."""
        return self._column("money", column)

    def number(self, column: str) -> Floats:
        """A column of numbers as float64, NaN where missing or absent."""
        return self._column("number", column)

    def labels(self, column: str) -> Labels:
        """A column of words or whole numbers as codes."""
        return self._column("labels", column)

    def days(self, column: str) -> Floats:
        """A column of dates as days since 1970-01-01 (float64), NaN where missing or absent."""
        return self._column("days", column)

    def texts(self, column: str) -> pd.Series:
        """A column as texts by position, missing as missing; nothing where the table lacks it."""
        if column not in self:
            return pd.Series([None] * len(self), dtype=object)
        series = self.frame[column] if self.rows is None else self.frame[column].iloc[self.rows]
        return series.reset_index(drop=True)

    def groups(self) -> Labels:
        """The group of each stay."""
        return self.labels(self.group_column)

    def principal_diagnoses(self) -> Labels:
        """The principal diagnosis of each stay."""
        return self._column("first_codes", "diagnoses")

    def ids(self, rows: Ints) -> npt.NDArray[np.object_]:
        """The case ids of some rows; their positions where the table has no ids."""
        rows = self.positions(rows)
        if "case_id" not in self:
            return rows.astype(object)
        return self.frame["case_id"].iloc[rows].to_numpy(dtype=object)

    def positions(self, rows: Ints) -> Ints:
        """Where some of these stays stand in the frame."""
        return rows if self.rows is None else self.rows[rows]

    def fact(self, name: str, find: Callable[[Stays], Any]) -> Any:
        """Something found out from several columns of these rows, kept like a column is."""
        return self._keep((FACT, name), lambda: find(self))

    def of_all(self, name: str, find: Callable[[Stays], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """A column found out from the whole table, whatever rows these are."""
        column = self.whole.fact(name, find)
        return column if self.rows is None else column[self.rows]

    def replaced(self, columns: Mapping[str, Any], *, group_column: str | None = None) -> Stays:
        """The same stays with some columns replaced or added; what was read of the others is kept.

        For all the rows of a table only, not for stays that `take` gave.
        """
        new = Stays(self.frame.assign(**columns), group_column or self.group_column)
        stale = set(columns)
        if new.group_column != self.group_column:
            stale.add(self.group_column)  # what followed from the groups follows from others now
        for key, value in self._kept.items():
            kind, name = key
            found_from = {column for how, column in self._needed[key] if how != FACT}
            fresh = name in columns if kind != FACT else bool(found_from & stale)
            if not fresh:
                new._kept[key], new._needed[key] = value, self._needed[key]
        return new

    def _column(self, kind: str, column: str) -> Any:
        def read() -> Any:
            if self.rows is None:
                return _locked(READERS[kind](self.frame, column))
            return self.whole._column(kind, column).take(self.rows)

        return self._keep((kind, column), read)

    def _keep(self, key: Key, find: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._finding.append(set())
            try:
                self._kept[key] = find()
            finally:
                self._needed[key] = self._finding.pop()
        if self._finding:
            self._finding[-1] |= {key} | self._needed[key]
        return self._kept[key]


def _locked(column: Floats | Amounts | Labels) -> Any:
    """Read only, because every policy shares it."""
    held: Any = column.fen if isinstance(column, Amounts) else getattr(column, "codes", column)
    held.flags.writeable = False
    return column
