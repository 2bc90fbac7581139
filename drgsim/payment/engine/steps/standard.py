"""The payment standard of a stay: weight × unit price × coefficient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ....cases.fen import TO_THE_FEN, Floats, Rounding, filled, round_half
from ..book import Book
from ..state import Change, Route, State
from .unit_price import units_per_weight


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
