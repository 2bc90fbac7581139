"""Effects on what a stay is worth: a weight, coefficient or price set, multiplied, raised; another group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import TO_THE_FEN, Floats, Rounding
from ....policy.rules.amounts import Amount
from ..book import Book
from ..profiles import group_values
from ..state import Change, Route, State
from ..steps.price import units_per_weight

WAYS = ("set", "multiply", "add", "floor", "cap")


@dataclass(frozen=True)
class Ways:
    """The ways a rule states, applied in the order set, multiply, add, floor, cap."""

    amounts: Mapping[str, Amount]

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Ways:
        return cls({way: arguments[way] for way in WAYS if arguments.get(way) is not None})

    def applied(self, values: Floats, rows: Ints, facts: Any) -> tuple[Floats, Any]:
        """New values, and where they cannot be found because an amount is not known (those keep theirs)."""
        result, _, lost = self.moved(values, 1.0, rows, facts)
        return result, lost

    def moved(
        self, values: Floats, share: Any, rows: Ints, facts: Any, points: Any = None
    ) -> tuple[Floats, Floats, Any]:
        """The same, and what of each new value moves with the point value, as `share` of the old one does.

        `points` turns amounts in points (all but multiply) into yuan, all of which moves; None for amounts in
        yuan, of which only what is worked out of a price moves.
        """
        result = values.astype(np.float64)
        moving = result * share
        for way, amount in self.amounts.items():
            number = amount.of(facts)[rows]
            if way == "multiply":
                result, moving = result * number, moving * number
                continue
            number = number if points is None else number * points
            own = number * (moves(amount, share) if points is None else 1.0)
            if way == "set":
                result, moving = number, own
            elif way == "add":
                result, moving = result + number, moving + own
            else:
                held = number > result if way == "floor" else number < result
                bound = np.fmax if way == "floor" else np.fmin
                result = np.where(np.isnan(number), np.nan, bound(result, number))
                moving = np.where(held, own, moving)
        lost = np.isnan(result) & ~np.isnan(values)
        return np.where(lost, values, result), np.where(lost, values * share, moving), lost


def moves(amount: Amount, share: Any) -> Any:
    """The part of an amount in yuan that moves with the point value: all of what is worked out of the
    standard, of the payment as much as of the payment itself, nothing of a sum of money."""
    names = {name.partition("[")[0] for name in amount.names}
    if names & {"standard", "standard_before_coefficient", "unit_price", "standard_of"}:
        return 1.0
    return share if "payment" in names else 0.0


@dataclass
class Factor:
    """`column` is weight or coefficient."""

    column: str
    ways: Ways
    undecided: int = field(default=0)

    @classmethod
    def of(cls, column: str, arguments: Mapping[str, Any]) -> Factor:
        return cls(column, Ways.of(arguments))

    def apply(self, state: State, rows: Ints, facts: Any) -> Change | None:
        values, lost = self.ways.applied(getattr(state, self.column)[rows], rows, facts)
        self.undecided = int(lost.sum())
        return Change(rows, marks={self.column: values})

    def tell(self, state: State, i: int) -> tuple[str, str]:
        value = getattr(state, self.column)[i]
        zh = "权重或分值" if self.column == "weight" else "系数"
        return f"{zh}调整后 {value:.6g}", f"{self.column} is now {value:.6g}"


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
        worth = state.unit[rows] / self.points_per_weight if self.points else None
        before = (state.payment if self.at_payment else state.standard)[rows] / 100
        values, moving, lost = self.ways.moved(before, state.slides[rows], rows, facts, worth)
        self.undecided = int(lost.sum())
        paid = self.rounding.yuan(np.maximum(values, 0.0))
        slides = np.divide(moving, values, out=np.ones(len(rows)), where=values > 0)
        marks: dict[str, Any] = {"slides": slides}
        if not self.at_payment:
            marks["standard"] = paid
            # a price of the rule's own makes a stay payable that its group has no price for
            priced = np.isnan(state.weight[rows]) & (paid > 0)
            if priced.any():
                unit = np.where(np.isnan(state.unit[rows]), 1.0, state.unit[rows])
                marks["weight"] = np.where(priced, paid / 100 / unit, state.weight[rows])
        return Change(rows, payment=paid, marks=marks)

    def tell(self, state: State, i: int) -> tuple[str, str]:
        yuan = state.payment[i] / 100 if self.at_payment else state.standard[i] / 100
        zh, en = ("支付金额", "payment") if self.at_payment else ("支付标准", "standard")
        return f"{zh}调整后 {yuan:,.2f} 元", f"{en} is now {yuan:,.2f} yuan"


@dataclass
class AsGroup:
    """A group that is not in the weight table gives no weight: the stay is then told as without one."""

    group: Any
    factor: Any
    undecided: int = 0
    named: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> AsGroup:
        return cls(arguments["group"], arguments["factor"])

    def apply(self, state: State, rows: Ints, facts: Any) -> Change | None:
        names = self.group.of(facts)[rows]
        named = np.array([name is not None for name in names], np.bool_)
        self.undecided = int((~named).sum())
        rows, names = rows[named], names[named]
        wanted = sorted(set(names.tolist()))
        table = dict(zip(wanted, group_values(state.groups, "weight", wanted), strict=True))
        weight = np.array([table[name] for name in names]) * self.factor.of(facts)[rows]
        self.named = dict(zip(rows.tolist(), names.tolist(), strict=True))
        return Change(rows, marks={"weight": weight})

    def tell(self, state: State, i: int) -> tuple[str, str]:
        name, weight = self.named.get(i, "–"), state.weight[i]
        return f"按病组 {name} 计价,权重 {weight:.6g}", f"priced as group {name}, weight {weight:.6g}"
