"""`by_item`: the stay leaves the case payment and is paid its actual cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import TO_THE_FEN, Rounding
from ..book import Book
from ..state import Change, Route, State


@dataclass
class ByItem:
    """Cost × share."""

    share: Any
    rounding: Rounding = TO_THE_FEN
    undecided: int = 0

    @classmethod
    def of(cls, arguments: Mapping[str, Any], book: Book) -> ByItem:
        return cls(arguments["share"], book.rounding())

    def apply(self, state: State, rows: Ints, facts: Any) -> Change | None:
        rows = rows[state.route[rows] == Route.SCHEME]
        share = self.share.of(facts)[rows]
        known = ~np.isnan(share)
        self.undecided = int((~known).sum())
        rows, share = rows[known], share[known]
        paid = self.rounding.fen(state.cost[rows] * share)
        return Change(rows, payment=paid, marks={"route": Route.BY_ITEM, "slides": 0.0})

    def tell(self, state: State, i: int) -> tuple[str, str]:
        yuan = state.payment[i] / 100
        return f"按项目付费 {yuan:,.2f} 元", f"paid by item: {yuan:,.2f} yuan"
