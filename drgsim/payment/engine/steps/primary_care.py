"""Primary-care groups at one price, whatever the hospital."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ....cases.arrays import Mask
from ..book import Book, Value, spread
from ..state import Change, State
from .unit_price import units_per_weight


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
