"""Effects on who pays how much: `carve_out` and `benefit`, and `cap_total` over a hospital's stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import to_fen
from ....words import chinese
from ..ranking import ordered, part_of, scopes
from ..state import Change, State


@dataclass
class CarveOutRule:
    """The fund pays `fund` of it, commercial insurance `commercial`, the patient the rest."""

    cost: Any
    fund: float
    commercial: float
    undecided: int = 0

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> CarveOutRule:
        return cls(arguments["cost"], arguments["fund"], arguments["commercial"])

    def apply(self, state: State, rows: Ints, facts: Any) -> Change | None:
        yuan = self.cost.of(facts)[rows]
        known = yuan > 0
        self.undecided = int(np.isnan(yuan).sum())
        rows, yuan = rows[known], yuan[known]
        if not len(rows):
            return None
        out = np.minimum(to_fen(yuan), state.cost[rows])
        fund = to_fen(out * (self.fund / 100))
        commercial = np.minimum(to_fen(out * (self.commercial / 100)), out - fund)
        return Change(
            rows,
            marks={
                "carved_out": state.carved_out[rows] + out,
                "carved_fund": state.carved_fund[rows] + fund,
                "carved_commercial": state.carved_commercial[rows] + commercial,
                "cost": state.cost[rows] - out,
            },
        )

    def tell(self, state: State, i: int) -> tuple[str, str]:
        out, fund = state.carved_out[i] / 100, state.carved_fund[i] / 100
        return (
            f"{out:,.2f} 元单列,基金支付 {fund:,.2f} 元",
            f"{out:,.2f} yuan leave the case, of which the fund pays {fund:,.2f}",
        )


NAMES = ("deductible", "deductible_factor", "ratio", "ratio_points", "patient")


@dataclass
class Benefit:
    """Notes what the rule says of each stay in `state.benefits`; a later rule wins."""

    amounts: Mapping[str, Any]
    undecided: int = 0

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Benefit:
        return cls({name: arguments[name] for name in NAMES if arguments.get(name) is not None})

    def apply(self, state: State, rows: Ints, facts: Any) -> Change | None:
        self.undecided = 0
        for name, amount in self.amounts.items():
            values = amount.of(facts)[rows]
            self.undecided += int(np.isnan(values).sum())
            if name == "patient":
                due = np.rint(state.payment[rows] * np.nan_to_num(values)).astype(np.int64)
                known = ~np.isnan(values)
                state.apply(
                    "", Change(rows[known], marks={"patient_due": np.minimum(due, state.cost[rows])[known]})
                )
                continue
            noted = state.benefits.setdefault(name, np.full(len(state), np.nan))
            noted[rows] = np.where(np.isnan(values), noted[rows], values)
        return None

    def tell(self, state: State, i: int) -> tuple[str, str]:
        said = {name: state.benefits[name][i] for name in self.amounts if name in state.benefits}
        zh = chinese("benefit")
        return (
            "待遇调整: " + ", ".join(f"{zh[name]} {value:g}" for name, value in said.items()),
            "benefit: " + ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in said.items()),
        )


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
        cap = part_of(cost, self.share)
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
        # a sum that is capped by costs stays at its cap when points become dearer
        return Change(rows[here >= 0], payment=here[here >= 0], marks={"slides": 0.0})

    def tell(self, state: State, i: int) -> tuple[str, str]:
        yuan = state.payment[i] / 100
        return f"合计封顶后付 {yuan:,.2f} 元", f"paid {yuan:,.2f} yuan after the hospital's cap"
