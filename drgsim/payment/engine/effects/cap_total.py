"""`cap_total`: what a hospital is paid for some stays in a period, at most a share of what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ..ordering import ordered
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

    def offer(self, state: State, rows: Ints, facts: Any, name: str) -> None:
        """Show the stays to the other stretches of the period: the cap is on the sum of them all."""
        state.board.show(name, state.stays, rows, state.payment[rows], state.cost[rows])

    def apply(self, state: State, rows: Ints, facts: Any, name: str) -> Change | None:
        whole = state.stays.whole
        every, before, spent = state.board.shown(name)
        scope = scopes(whole, "hospital", self.period)[every].astype(np.int64)
        n = int(scope.max(initial=-1)) + 1
        paid, cost = np.zeros(n, np.int64), np.zeros(n, np.int64)
        np.add.at(paid, scope, before)
        np.add.at(cost, scope, spent)
        top, bottom = Decimal(repr(self.share)).as_integer_ratio()
        cap = cost * top // bottom
        own = ((paid > cap) & (paid > 0))[scope]
        if not own.any():
            return None
        every, scope, before = every[own], scope[own], before[own]
        cut = np.floor(before * (cap / np.maximum(paid, 1))[scope]).astype(np.int64)
        left = cap.copy()
        np.subtract.at(left, scope, cut)
        order = ordered(whole, every, (scope,))
        place = np.empty(len(every), np.int64)
        starts = np.flatnonzero(np.r_[True, np.diff(scope[order]) != 0])
        place[order] = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
        capped = np.full(len(whole), -1, np.int64)
        capped[every] = cut + (place < left[scope])
        here = capped[state.stays.positions(rows)]
        return Change(rows[here >= 0], payment=here[here >= 0])

    def tell(self, state: State, i: int) -> tuple[str, str]:
        yuan = state.payment[i] / 100
        return f"合计封顶后付 {yuan:,.2f} 元", f"paid {yuan:,.2f} yuan after the hospital's cap"
