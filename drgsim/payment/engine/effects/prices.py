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

    def applied(self, values: Floats, rows: Ints, facts: Any, scale: Any = 1.0) -> tuple[Floats, Any]:
        """New values, and where they cannot be found because an amount is not known (those keep theirs).

        `scale` turns the amounts that are sums (all but multiply) into the unit of `values`.
        """
        result = values.astype(np.float64)
        for way, amount in self.amounts.items():
            number = amount.of(facts)[rows]
            if way == "multiply":
                result = result * number
                continue
            number = number * scale
            if way == "set":
                result = number
            elif way == "add":
                result = result + number
            elif way == "floor":
                result = np.where(np.isnan(number), np.nan, np.fmax(result, number))
            else:
                result = np.where(np.isnan(number), np.nan, np.fmin(result, number))
        lost = np.isnan(result) & ~np.isnan(values)
        return np.where(lost, values, result), lost


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
