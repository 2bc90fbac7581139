"""`cap_total`: what a hospital is paid for some stays in a period, at most a share of what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ..ranking import scopes
from ..state import Change, State


@dataclass
class CapTotal:
    """Every payment of a hospital above its cap is cut by one factor; fen that do not divide go to the first
    stays in the order of their case ids, so that the sum is the cap to the fen."""

    share: float
    period: Any
    undecided: int = 0

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> CapTotal:
        return cls(arguments["share"], arguments["period"])

    def apply(self, state: State, rows: Ints, facts: Any) -> Change | None:
        from ..ordering import ordered

        scope = scopes(state.stays, "hospital", self.period)[rows].astype(np.int64)
        n = int(scope.max(initial=-1)) + 1
        paid, cost = np.zeros(n, np.int64), np.zeros(n, np.int64)
        np.add.at(paid, scope, state.payment[rows])
        np.add.at(cost, scope, state.cost[rows])
        top, bottom = Decimal(repr(self.share)).as_integer_ratio()
        cap = cost * top // bottom
        over = (paid > cap) & (paid > 0)
        own = over[scope]
        if not own.any():
            return None
        rows, scope = rows[own], scope[own]
        before = state.payment[rows]
        cut = np.floor(before * (cap / np.maximum(paid, 1))[scope]).astype(np.int64)
        left = cap.copy()
        np.subtract.at(left, scope, cut)
        order = ordered(state.stays, rows, (scope,))
        place = np.empty(len(rows), np.int64)
        starts = np.flatnonzero(np.r_[True, np.diff(scope[order]) != 0])
        place[order] = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
        return Change(rows, payment=cut + (place < left[scope]))

    def tell(self, state: State, i: int) -> tuple[str, str]:
        yuan = state.payment[i] / 100
        return f"合计封顶后付 {yuan:,.2f} 元", f"paid {yuan:,.2f} yuan after the hospital's cap"
