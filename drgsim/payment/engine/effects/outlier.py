"""`outlier`: stays paid otherwise than the policy's outlier rules say, perhaps only the first so many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import TO_THE_FEN, Rounding
from ..book import Book
from ..ranking import scopes
from ..state import Change, Outlier, Route, State

_MARKS = {"none": Outlier.NONE, "low": Outlier.LOW, "high": Outlier.HIGH, "extreme": Outlier.EXTREME}


@dataclass
class OutlierRule:
    """The fixed outlier steps do not touch the stays it takes."""

    pay: str
    amount: Any
    mark: str
    share: Any
    scope: Any
    period: Any
    rank: str
    rounding: Rounding = TO_THE_FEN
    undecided: int = 0

    @classmethod
    def of(cls, arguments: Mapping[str, Any], book: Book) -> OutlierRule:
        names = ("pay", "amount", "mark", "share", "scope", "period", "rank")
        return cls(**{name: arguments[name] for name in names}, rounding=book.rounding())

    def apply(self, state: State, rows: Ints, facts: Any, name: str) -> Change | None:
        rows = rows[state.route[rows] == Route.SCHEME]
        if not len(rows):
            return None
        within = np.ones(len(rows), np.bool_)
        if self.share is not None:
            within = state.board.within(name, state.stays, rows, self.share.of(facts)[rows])
        standard, cost = state.standard[rows], state.cost[rows]
        if self.pay == "cost":
            paid = cost
        elif self.pay == "amount" and self.amount is not None:
            yuan = self.amount.of(facts)[rows]
            self.undecided = int(np.isnan(yuan).sum())
            paid = np.where(np.isnan(yuan), standard, self.rounding.yuan(np.nan_to_num(yuan)))
        else:
            paid = standard
        marks = np.where(within, _MARKS[self.mark], Outlier.HIGH_OVER_QUOTA if self.mark == "high" else 0)
        slides = np.where(within & (self.pay != "standard"), 0.0, 1.0)
        return Change(
            rows, payment=np.where(within, paid, standard), marks={"outlier": marks, "slides": slides}
        )

    def offer(self, state: State, rows: Ints, facts: Any, name: str) -> None:
        """Put the stays beside those of the other stretches of the quota's period."""
        rows = rows[state.route[rows] == Route.SCHEME]
        score = {
            "ratio": state.ratio,
            "cost": state.cost.astype(np.float64),
            "loss": (state.cost - state.standard).astype(np.float64),
        }[self.rank][rows]
        cells = scopes(state.stays, self.scope, self.period)
        state.board.offer(name, state.stays, cells, state.route == Route.SCHEME, rows, score)

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        yuan = state.payment[i] / 100
        if state.outlier[i] == Outlier.HIGH_OVER_QUOTA:
            return f"超出名额,按标准 {yuan:,.2f} 元", f"beyond the quota: the standard {yuan:,.2f} yuan"
        return f"付 {yuan:,.2f} 元", f"paid {yuan:,.2f} yuan"
