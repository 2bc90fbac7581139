"""`price`: the standard, or the payment after outliers, set, multiplied, raised, capped or added to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import TO_THE_FEN, Rounding
from ..book import Book
from ..state import Change, Route, State
from ..steps.unit_price import units_per_weight
from .amounts_on import Ways


@dataclass
class Price:
    """Amounts in points are worth their points at the stay's point value."""

    ways: Ways
    points: bool
    at_payment: bool
    points_per_weight: float = 1.0
    rounding: Rounding = TO_THE_FEN
    undecided: int = 0

    @classmethod
    def of(cls, arguments: Mapping[str, Any], book: Book) -> Price:
        at_payment = arguments["at"] == "payment"
        return cls(
            Ways.of(arguments),
            arguments["in"] == "points",
            at_payment,
            units_per_weight(book),
            book.rounding("payment" if at_payment else "standard"),
        )

    def apply(self, state: State, rows: Ints, facts: Any) -> Change | None:
        rows = rows[state.route[rows] == Route.SCHEME]
        scale = state.unit[rows] / self.points_per_weight if self.points else 1.0
        before = (state.payment if self.at_payment else state.standard)[rows] / 100
        values, lost = self.ways.applied(before, rows, facts, scale)
        self.undecided = int(lost.sum())
        paid = self.rounding.yuan(np.maximum(values, 0.0))
        marks: dict[str, Any] = {"slides": self._slides(state, rows, before, paid / 100, facts)}
        if not self.at_payment:
            marks["standard"] = paid
            # a price of the rule's own makes a stay payable that its group has no price for
            priced = np.isnan(state.weight[rows]) & (paid > 0)
            if priced.any():
                unit = np.where(np.isnan(state.unit[rows]), 1.0, state.unit[rows])
                marks["weight"] = np.where(priced, paid / 100 / unit, state.weight[rows])
        return Change(rows, payment=paid, marks=marks)

    def _slides(self, state: State, rows: Ints, before: Any, after: Any, facts: Any) -> Any:
        """The part of the new payment that moves with the point value: what is in yuan does not."""
        share = state.slides[rows]
        if self.points:
            return np.where(self._sets(rows, facts), 1.0, share)
        if "set" in self.ways.amounts:
            return np.where(np.isnan(after), share, self._worked(rows))
        if "add" in self.ways.amounts:
            factor = self.ways.amounts["multiply"].of(facts)[rows] if "multiply" in self.ways.amounts else 1.0
            return np.divide(share * before * factor, after, out=np.ones(len(rows)), where=after > 0)
        return share

    def _sets(self, rows: Ints, facts: Any) -> Any:
        return np.full(len(rows), "set" in self.ways.amounts)

    def _worked(self, rows: Ints) -> Any:
        """An amount worked out of the standard moves with it; a sum of money does not."""
        moving = {"standard", "standard_before_coefficient", "unit_price", "payment"}
        names = {name.partition("[")[0] for name in self.ways.amounts["set"].names}
        return np.full(len(rows), 1.0 if names & (moving | {"standard_of"}) else 0.0)

    def tell(self, state: State, i: int) -> tuple[str, str]:
        yuan = state.payment[i] / 100 if self.at_payment else state.standard[i] / 100
        zh, en = ("支付金额", "payment") if self.at_payment else ("支付标准", "standard")
        return f"{zh}调整后 {yuan:,.2f} 元", f"{en} is now {yuan:,.2f} yuan"
