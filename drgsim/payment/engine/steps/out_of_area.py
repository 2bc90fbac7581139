"""How a stay of a person insured elsewhere is priced: by item, or by the care region's price book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ....cases.fen import Floats
from ..book import Book, Value, spread
from ..problems import Unpaid
from ..state import Change, Route, State
from .unit_price import units_per_weight

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
