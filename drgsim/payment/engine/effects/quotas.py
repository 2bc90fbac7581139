"""Effects with a quota: `outlier` pays the first so many stays otherwise, `review` has them reviewed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import TO_THE_FEN, Rounding
from ..book import Book
from ..ranking import scopes
from ..state import Change, Outlier, Route, State
from ..steps.special_review import SpecialReview
from .prices import moves

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
        paid, slides = standard, np.ones(len(rows))
        if self.pay == "cost":
            paid, slides = cost, np.zeros(len(rows))
        elif self.pay == "amount" and self.amount is not None:
            yuan = self.amount.of(facts)[rows]
            unknown = np.isnan(yuan)
            self.undecided = int(unknown.sum())
            paid = np.where(unknown, standard, self.rounding.yuan(np.nan_to_num(yuan)))
            slides = np.where(unknown, 1.0, moves(self.amount, state.slides[rows]))
        marks = np.where(within, _MARKS[self.mark], Outlier.HIGH_OVER_QUOTA if self.mark == "high" else 0)
        slides = np.where(within, slides, 1.0)
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


@dataclass
class ReviewRule:
    """As the policy's own special review, but eligible is who the condition takes, and the quota of each stay
    is an amount; stays of one scope with different quotas are counted apart."""

    arguments: Mapping[str, Any]
    step: SpecialReview
    undecided: int = 0
    stages: dict[int, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, arguments: Mapping[str, Any], book: Book) -> ReviewRule:
        return cls(arguments, SpecialReview.of_rule(arguments, book))

    def offer(self, state: State, rows: Ints, facts: Any, name: str) -> None:
        """Put the filed stays beside those of the other stretches of the period."""
        quota, counted = self._quota(facts), self._counted(state, facts)
        own = self._candidates(state, rows, quota)
        filed, decided = self.step.filed(state, own)
        scope = scopes(state.stays, self.step.scope, self.step.period)
        score = np.where(decided[filed], np.inf, self.step.score(state, own[filed]))
        state.board.offer(name, state.stays, _cells(scope, quota), counted, own[filed], score)

    def apply(self, state: State, rows: Ints, facts: Any, name: str) -> Change | None:
        quota = self._quota(facts)
        self.undecided = int(np.isnan(quota[rows]).sum())

        def reviewed(own: Ints) -> Any:
            return state.board.within(name, state.stays, own, quota[own])

        return self.step.decide(state, self._candidates(state, rows, quota), reviewed)

    def _quota(self, facts: Any) -> Any:
        return self.arguments["quota"].of(facts)

    def _counted(self, state: State, facts: Any) -> Any:
        return (state.route == Route.SCHEME) & self.arguments["counted"].holds(facts)

    def _candidates(self, state: State, rows: Ints, quota: Any) -> Ints:
        rows = rows[(state.route[rows] == Route.SCHEME) & ~np.isnan(quota[rows])]
        gains = rows[self.step.result(state, rows) > state.payment[rows]]
        return self.step.with_decided(state, gains, rows)

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        return self.step.tell(state, i)


_MILLIONTHS = 1_000_001


def _cells(scope: Any, quota: Any) -> Any:
    """One number for each scope and quota, the same in every stretch of the period."""
    apart = np.rint(np.nan_to_num(quota) * (_MILLIONTHS - 1)).astype(np.int64)
    return scope.astype(np.int64) * _MILLIONTHS + apart
