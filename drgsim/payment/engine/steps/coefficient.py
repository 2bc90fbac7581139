"""The coefficient of a stay by level, hospital or group, and what primary care and distance change in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ....cases.arrays import Codes, Mask
from ....cases.fen import Floats
from ..book import Bands, Book, Value, collapsed, spread
from ..problems import Unpaid
from ..state import Change, Route, State
from .price import units_per_weight


@dataclass(frozen=True)
class PrimaryCare:
    """Listed groups, and DIP types their catalogue marks (column `primary_care`), take their own coefficient,
    one named level's price, or their own rate (None: as other groups)."""

    name: ClassVar[str] = "primary_care"
    zh: ClassVar[str] = "基层病组同城同价"
    en: ClassVar[str] = "primary-care groups at one price"

    groups: tuple[str, ...]
    unit: Value | None
    coefficient: Value

    @classmethod
    def read(cls, book: Book) -> PrimaryCare | None:
        method = book.word("primary_care.method")
        if method == "none":
            return None
        groups = book.word("primary_care.groups")
        if method == "coefficient":
            return cls(groups, None, book.value("primary_care.coefficient"))
        if method == "rate":
            return cls(groups, book.value("primary_care.rate") * units_per_weight(book), 1.0)
        level = book.word("primary_care.level")
        path = "standard.base_rate" if book.method == "drg_rate" else "standard.point_value"
        unit = book.value(path, payment_level=level) * units_per_weight(book)
        scope = book.word("standard.coefficient.scope")
        return cls(
            groups,
            unit,
            1.0 if scope == "none" else book.value("standard.coefficient.level", payment_level=level),
        )

    def __call__(self, state: State) -> Change | None:
        rows = np.flatnonzero(self._taken(state))
        if not len(rows):
            return None
        profile = state.profile[rows]
        # a factor the catalogue gives the type itself stands before the policy's coefficient
        own = state.stays.number("primary_care_factor")[rows]
        coefficient = np.where(np.isnan(own), spread(self.coefficient, profile), own)
        marks: dict[str, Any] = {"coefficient": coefficient}
        if self.unit is not None:
            marks["unit"] = spread(self.unit, profile)
        return Change(rows, marks=marks)

    def _taken(self, state: State) -> Mask:
        listed = state.groups.listed(self.groups)[state.groups.of]
        return listed | (state.stays.number("primary_care") > 0)

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if not self._taken(state)[i]:
            return None
        return (
            f"基层病组:系数 {state.coefficient[i]:g},单位价格 {state.unit[i]:,.4f} 元",
            f"primary-care group: coefficient {state.coefficient[i]:g}, unit price {state.unit[i]:,.4f} yuan",
        )


BY_ITEM = "by_item"


@dataclass(frozen=True)
class OutOfArea:
    """`by_item` and `no_mode` (profiles,) say which stays leave the price book. The others may take last
    year's clearing value, no coefficient, and an uplift by group (fund rules §1.3)."""

    name: ClassVar[str] = "out_of_area"
    zh: ClassVar[str] = "异地就医定价"
    en: ClassVar[str] = "price of out-of-area care"

    outside: npt.NDArray[np.bool_]
    by_item: npt.NDArray[np.bool_]
    no_mode: npt.NDArray[np.bool_]
    last_unit: Value | None = None
    coefficient: bool = True
    uplift: Floats | None = None  # (groups + 1,)

    @classmethod
    def read(cls, book: Book) -> OutOfArea | None:
        outside = book.profiles.outside
        if not outside.any():
            return None
        mode = book.words("cross_region.mode")
        last = book.word("cross_region.point_value_year") == "last"
        uplifted = book.word("cross_region.uplift") != 0
        return cls(
            outside,
            outside & (mode == BY_ITEM),
            outside & (mode == np.array(None)),
            book.value("cross_region.last_point_value") * units_per_weight(book) if last else None,
            book.word("cross_region.coefficient"),
            book.by_group("cross_region.uplift") if uplifted else None,
        )

    def __call__(self, state: State) -> Change | None:
        rows = np.flatnonzero(self.outside[state.profile] & (state.route == Route.SCHEME))
        if not len(rows):
            return None
        profile = state.profile[rows]
        marks: dict[str, Any] = {}
        unit = state.unit[rows] if self.last_unit is None else spread(self.last_unit, profile)
        if self.uplift is not None:
            unit = unit * (1 + np.nan_to_num(self.uplift[state.groups.of[rows]]))
        marks["unit"] = unit
        if not self.coefficient:
            marks["coefficient"] = 1.0
        by_item, no_mode = self.by_item[profile], self.no_mode[profile]
        marks["route"] = np.select([by_item, no_mode], [Route.OUT_OF_AREA, Route.NOT_PAYABLE], Route.SCHEME)
        marks["problem"] = np.where(no_mode, Unpaid.NO_MODE, Unpaid.NONE)
        return Change(rows, marks=marks)

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if not self.outside[state.profile[i]]:
            return None
        if state.route[i] == Route.OUT_OF_AREA:
            yuan = state.cost[i] / 100
            return f"异地病例按项目付费 {yuan:,.2f} 元", f"out-of-area stay by item: {yuan:,.2f} yuan"
        return (
            f"异地病例按就医地价格 {state.unit[i]:,.4f}",
            f"out-of-area stay at the care region's {state.unit[i]:,.4f}",
        )


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
