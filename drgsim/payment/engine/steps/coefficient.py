"""The coefficient of a stay: by level, hospital or group, within bounds, times the age factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ....cases.fen import Floats
from ..book import Bands, Book, Value, collapsed, spread
from ..state import Change, Route, State


@dataclass(frozen=True)
class Coefficient:
    """`by_profile` for coefficients of levels and hospitals; `columns` names the weight table's column for
    each profile where coefficients are by group (1 where the table has none)."""

    name: ClassVar[str] = "coefficient"
    zh: ClassVar[str] = "系数"
    en: ClassVar[str] = "coefficient"

    by_profile: Value = 1.0
    columns: npt.NDArray[Any] | None = None
    least: float = -np.inf
    most: float = np.inf
    age: Bands | None = None
    absent: npt.NDArray[np.bool_] | None = None  # profiles whose hospital the policy's table does not name

    @classmethod
    def read(cls, book: Book) -> Coefficient:
        scope = book.word("standard.coefficient.scope")
        by_profile: Value = 1.0
        columns = None
        if scope == "group":
            columns = book.words("standard.coefficient.column")
        elif scope != "none":
            by_profile = book.value("standard.coefficient.level")
        absent = None
        if scope == "hospital":
            own = book.value("standard.coefficient.hospital")
            absent = np.broadcast_to(np.isnan(own), (len(book.profiles),))
            by_profile = collapsed(np.atleast_1d(np.where(np.isnan(own), by_profile, own)))
        least, most = book.word("standard.coefficient.min"), book.word("standard.coefficient.max")
        return cls(
            by_profile,
            columns,
            -np.inf if least is None else least,
            np.inf if most is None else most,
            book.optional_bands("standard.age_factor", neutral=1.0),
            absent if absent is not None and absent.any() and not absent.all() else None,
        )

    def __call__(self, state: State) -> Change:
        if self.absent is not None:
            count = int(np.count_nonzero(self.absent[state.profile]))
            state.notes[
                "hospital not in the table of coefficients, its level's is used 机构不在系数表,用等级系数"
            ] = count
        values = self._by_group(state) if self.columns is not None else spread(self.by_profile, state.profile)
        if np.isfinite(self.least) or np.isfinite(self.most):
            values = np.clip(values, self.least, self.most)
        if self.age is not None:
            ages = state.stays.number("age")
            # an age nobody stated takes no factor
            factor = np.where(np.isnan(ages), 1.0, self.age.at(state.profile, np.nan_to_num(ages)))
            values = values * factor
        return Change(None, marks={"coefficient": values})

    def _by_group(self, state: State) -> Floats:
        assert self.columns is not None
        values = np.ones(len(state))
        for column in {name for name in self.columns if name is not None}:
            table = state.groups.column(f"coefficient_{column}")
            if table is not None:
                own = (self.columns == column)[state.profile]
                found = table[state.groups.of[own]]
                values[own] = np.nan_to_num(found, nan=1.0)
                grouped = state.groups.of[own] >= 0
                absent = int(np.count_nonzero(np.isnan(found) & grouped))
                note = "group not in the column of coefficients, 1 is used 病组不在系数列,取1"
                state.notes[note] = state.notes.get(note, 0) + absent
        return values

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if state.route[i] != Route.SCHEME or np.isnan(state.coefficient[i]):
            return None
        return f"系数 {state.coefficient[i]:g}", f"coefficient {state.coefficient[i]:g}"
