"""The coefficient of a stay: by level, hospital or group, within bounds, times the age factor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ....cases.arrays import Codes, Mask
from ....cases.fen import Floats
from ..book import Bands, Book, Value, collapsed, spread
from ..state import Change, Route, State

_LEVEL, _HOSPITAL = "standard.coefficient.level", "standard.coefficient.hospital"


class Origin(IntEnum):
    """Where a stay's coefficient is from."""

    POLICY = 0
    LEVEL = 1  # its hospital is not in the policy's table: its level's
    TABLE = 2  # the policy states none for it: the weight table's of its level
    NO_HOSPITAL = 3  # nor does the weight table: 1
    GROUP = 4  # by group, from the weight table
    NO_GROUP = 5  # which does not have it: 1


_SAID = {
    Origin.LEVEL: (
        "机构不在系数表,用等级系数",
        "hospital not in the table of coefficients, its level's is used",
    ),
    Origin.TABLE: (
        "政策未列机构系数,用权重表中本级系数",
        "no coefficient in the policy, that of the weight table for the level is used",
    ),
    Origin.NO_HOSPITAL: (
        "政策与权重表均无机构系数,取1",
        "no coefficient in the policy or the weight table, 1 is used",
    ),
    Origin.NO_GROUP: ("病组不在系数列,取1", "group not in the column of coefficients, 1 is used"),
}


@dataclass(frozen=True)
class Coefficient:
    """`by_profile` for coefficients of levels and hospitals; `columns` names the weight table's column for
    each profile where coefficients are by group (1 where the table has none).

    A policy that differs by hospital and states no coefficient takes those a table brings by level: what
    the builder of a DIP catalogue learned (`coefficient_<level>`).
    """

    name: ClassVar[str] = "coefficient"
    zh: ClassVar[str] = "系数"
    en: ClassVar[str] = "coefficient"

    by_profile: Value = 1.0
    columns: npt.NDArray[Any] | None = None
    least: float = -np.inf
    most: float = np.inf
    age: Bands | None = None
    absent: Mask | None = None  # profiles the policy's table of hospitals does not name
    otherwise: Origin = Origin.LEVEL  # where theirs is from if no table has it

    @classmethod
    def read(cls, book: Book) -> Coefficient:
        scope = book.word("standard.coefficient.scope")
        by_profile: Value = 1.0
        columns: npt.NDArray[Any] | None = None
        absent: Mask | None = None
        stated = _LEVEL in book.reading.in_force
        if scope == "group":
            columns = book.words("standard.coefficient.column")
        elif scope != "none":
            by_profile = book.value(_LEVEL)
            absent = np.full(len(book.profiles), not stated)
        if scope == "hospital":
            own = book.value(_HOSPITAL)
            absent = np.broadcast_to(np.isnan(own), (len(book.profiles),))
            by_profile = collapsed(np.atleast_1d(np.where(np.isnan(own), by_profile, own)))
        if absent is not None and not absent.any():
            absent = None
        if absent is not None and not stated:
            columns = np.where(absent, book.profiles.labels["payment_level"], np.array(None))
        least, most = book.word("standard.coefficient.min"), book.word("standard.coefficient.max")
        return cls(
            by_profile,
            columns,
            -np.inf if least is None else least,
            np.inf if most is None else most,
            book.optional_bands("standard.age_factor", neutral=1.0),
            absent,
            Origin.LEVEL if stated or _HOSPITAL in book.reading.in_force else Origin.NO_HOSPITAL,
        )

    def __call__(self, state: State) -> Change:
        values = spread(self.by_profile, state.profile)
        if self.columns is not None or self.absent is not None:
            values, origin = self._from_tables(state, values, state.profile, state.groups.of)
            counts = np.bincount(origin[state.problem == 0], minlength=len(Origin))
            for each, (zh, en) in _SAID.items():
                state.note(f"{en} {zh}", int(counts[each]))
        if np.isfinite(self.least) or np.isfinite(self.most):
            values = np.clip(values, self.least, self.most)
        if self.age is not None:
            ages = state.stays.number("age")
            # an age nobody stated takes no factor
            factor = np.where(np.isnan(ages), 1.0, self.age.at(state.profile, np.nan_to_num(ages)))
            values = values * factor
        return Change(None, marks={"coefficient": values})

    def _from_tables(
        self, state: State, values: Value, profile: Codes, group: Codes
    ) -> tuple[Floats, npt.NDArray[np.int8]]:
        """The coefficient of each row with what the weight table says, and where each is from."""
        values = np.array(np.broadcast_to(values, profile.shape))
        by_group = self.absent is None
        origin = np.full(len(values), Origin.NO_GROUP if by_group else Origin.POLICY, np.int8)
        if self.absent is not None:
            origin[self.absent[profile]] = self.otherwise
        for column in {name for name in self.columns if name is not None} if self.columns is not None else ():
            table = state.groups.column(f"coefficient_{column}")
            if table is not None:
                own = np.flatnonzero((self.columns == column)[profile])
                found = table[group[own]]
                known = ~np.isnan(found)
                values[own[known]] = found[known]
                origin[own[known]] = Origin.GROUP if by_group else Origin.TABLE
        if by_group:
            origin[group < 0] = Origin.GROUP  # a stay without a group has no coefficient to miss
        return values, origin

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if state.route[i] != Route.SCHEME or np.isnan(state.coefficient[i]):
            return None
        zh, en = f"系数 {state.coefficient[i]:g}", f"coefficient {state.coefficient[i]:g}"
        if self.columns is None and self.absent is None:
            return zh, en
        own = state.profile[[i]], state.groups.of[[i]]
        _, origin = self._from_tables(state, spread(self.by_profile, own[0]), *own)
        said = _SAID.get(Origin(int(origin[0])))
        return (zh, en) if said is None else (f"{zh}({said[0]})", f"{en} ({said[1]})")
