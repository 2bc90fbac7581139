"""`review`: special review of the stays a condition takes, with its own quota and result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ..book import Book
from ..ranking import scopes
from ..state import Change, Route, State
from ..steps.special_review import SpecialReview


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
