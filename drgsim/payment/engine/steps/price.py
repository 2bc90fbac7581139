"""What a stay is worth: its weight, the price of one unit of it, and the standard they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ....cases.fen import TO_THE_FEN, Floats, Rounding, filled, round_half
from ..book import Book, Value, spread
from ..state import Change, Route, State


@dataclass(frozen=True)
class Weight:
    """Weights come from the weight table; under DIP the score a grouper gave to the case wins.

    The auxiliary factor of the case (column `auxiliary_factor` of a DIP grouper) multiplies the score where
    the policy uses auxiliary factors (payment rules §5.5).
    """

    name: ClassVar[str] = "weight"
    zh: ClassVar[str] = "权重或分值"
    en: ClassVar[str] = "weight or score"

    dip: bool
    auxiliary: bool

    @classmethod
    def read(cls, book: Book) -> Weight:
        dip = book.method == "dip"
        return cls(dip, dip and book.word("dip.auxiliary") != "none")

    def __call__(self, state: State) -> Change:
        table = state.groups.column("weight")
        weight = np.full(len(state), np.nan) if table is None else table[state.groups.of]
        if self.dip:
            scored = state.stays.number("score")
            weight = np.where(np.isnan(scored), weight, scored)
        if self.auxiliary:
            weight = weight * np.nan_to_num(state.stays.number("auxiliary_factor"), nan=1.0)
        return Change(None, marks={"weight": weight})

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        weight = state.weight[i]
        if np.isnan(weight):
            return None
        zh, en = ("分值", "score") if self.dip else ("权重", "weight")
        return f"{zh} {weight:g}", f"{en} {weight:g}"


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


@dataclass(frozen=True)
class Standard:
    """Rate: RW × rate × k. Points: RW × points per weight × k × point value. DIP: score × k × point value.

    Points may be rounded to `point_digits` before they are priced; the standard is rounded
    too. Stays without a weight or price get no standard here.
    """

    name: ClassVar[str] = "standard"
    zh: ClassVar[str] = "支付标准"
    en: ClassVar[str] = "payment standard"

    points_per_weight: float = 1.0
    point_digits: int | None = None
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> Standard:
        points = None if book.method == "drg_rate" else book.word("rounding.points")
        return cls(
            units_per_weight(book),
            None if points is None else int(points),
            book.rounding("standard"),
        )

    def __call__(self, state: State) -> Change:
        if self.point_digits is None:
            yuan = state.weight * state.unit * state.coefficient
        else:
            points = self._points(state.weight * self.points_per_weight * state.coefficient)
            yuan = points * (state.unit / self.points_per_weight)
        standard = self.rounding.yuan(filled(yuan))
        return Change(None, payment=standard, marks={"standard": standard})

    def _points(self, points: Floats) -> Floats:
        assert self.point_digits is not None
        scale = 10.0**self.point_digits
        return round_half(points * scale, self.rounding.mode) / scale

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if state.route[i] != Route.SCHEME:
            return None
        yuan = state.standard[i] / 100
        factors = f"{state.weight[i]:g} × {state.unit[i]:,.4f} × {state.coefficient[i]:g}"
        return f"支付标准 = {factors} = {yuan:,.2f} 元", f"standard = {factors} = {yuan:,.2f} yuan"
