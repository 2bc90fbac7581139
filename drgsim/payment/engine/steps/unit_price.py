"""The price of one unit of weight: the base rate, the point value times points, or the price of one score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..book import Book, Value, spread
from ..state import Change, Route, State


@dataclass(frozen=True)
class UnitPrice:
    """Yuan for one unit of weight (DRG) or one score (DIP), by insurance and payment level."""

    name: ClassVar[str] = "unit_price"
    zh: ClassVar[str] = "费率或点值"
    en: ClassVar[str] = "base rate or point value"

    price: Value

    @classmethod
    def read(cls, book: Book) -> UnitPrice:
        if book.method == "drg_rate":
            return cls(book.value("standard.base_rate"))
        return cls(book.value("standard.point_value") * units_per_weight(book))

    def __call__(self, state: State) -> Change:
        return Change(None, marks={"unit": spread(self.price, state.profile)})

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if np.isnan(state.unit[i]) or state.route[i] != Route.SCHEME:
            return None
        return (
            f"单位权重价格 {state.unit[i]:,.4f} 元",
            f"one unit of weight is worth {state.unit[i]:,.4f} yuan",
        )


def units_per_weight(book: Book) -> float:
    """Points for one unit of weight under the points method; 1 elsewhere."""
    return float(book.word("standard.points_per_weight")) if book.method == "drg_points" else 1.0


def weight_of_mean_case(book: Book) -> float:
    """The weight of a case of mean cost: 1, or the score base under DIP."""
    return float(book.word("dip.score_base")) if book.method == "dip" else 1.0
