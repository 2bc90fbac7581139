"""Set, multiply, add, floor and cap: the same five ways to change a weight, a coefficient or a price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import Floats
from ....policy.rules.amounts import Amount
from ..state import Change, State

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
