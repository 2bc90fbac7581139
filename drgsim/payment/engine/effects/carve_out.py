"""`carve_out`: a part of the cost leaves the case and is paid beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import to_fen
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
                "carved_by_rule": state.carved_by_rule[rows] + out,
                "carved_fund": state.carved_fund[rows] + fund,
                "carved_commercial": state.carved_commercial[rows] + commercial,
                "cost": state.cost[rows] - out,
            },
        )

    def tell(self, state: State, i: int) -> tuple[str, str]:
        out, fund = state.carved_by_rule[i] / 100, state.carved_fund[i] / 100
        return (
            f"{out:,.2f} 元单列,基金支付 {fund:,.2f} 元",
            f"{out:,.2f} yuan leave the case, of which the fund pays {fund:,.2f}",
        )
