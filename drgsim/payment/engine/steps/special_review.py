"""Special-case review as a queue: filed, ranked, within the quota, accepted or not, and paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ....cases.arrays import Ints, Mask
from ....cases.fen import TO_THE_FEN, Fen, Floats, Rounding, to_fen
from ..book import Book
from ..ranking import Period, places, ranks, scopes
from ..state import Change, Review, Route, State
from ..streams import uniforms
from .eligibility import Eligibility


@dataclass(frozen=True)
class SpecialReview:
    """Eligible stays that would gain are filed (with chance `application`), those first by `rank` up to the
    quota are reviewed, and accepted with chance `acceptance`; both chances are drawn by case id.

    Accepted stays are paid their cost less the unreasonable part (column `unreasonable_cost`, else
    `unreasonable_share` of the cost), or `raise_factor` times the standard. A decision of record stands
    instead of both chances: it takes its place in the quota first, and is never refused for the quota.
    """

    name: ClassVar[str] = "special_review"
    zh: ClassVar[str] = "特例单议"
    en: ClassVar[str] = "special-case review"

    method: Literal["by_item", "raised_standard"]
    eligibility: Eligibility
    quota: float
    scope: Literal["hospital", "region"] = "hospital"
    period: Period = "quarter"
    rank: Literal["loss", "ratio", "cost"] = "loss"
    application: float = 1.0
    acceptance: float = 1.0
    raise_factor: float = 1.0
    unreasonable_share: float = 0.0
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> SpecialReview | None:
        method = book.word("special_review.method")
        if method == "none":
            return None
        names = (
            "quota", "quota_scope", "period", "rank", "application", "acceptance", "raise_factor",
            "unreasonable_share",
        )  # fmt: skip
        values = {name.removeprefix("quota_"): book.word(f"special_review.{name}") for name in names}
        return cls(method, Eligibility.read(book), **values, rounding=book.rounding())

    def __call__(self, state: State) -> Change | None:
        rows = self.candidates(state)
        if not len(rows):
            return None
        stage = np.full(len(rows), Review.ELIGIBLE, np.int8)
        decided, granted = self._decisions(state, rows)
        filed = decided | self._drawn(state, rows, "application", self.application)
        reviewed = np.zeros(len(rows), np.bool_)
        reviewed[filed] = self.reviewed(state, rows[filed], decided[filed])
        accepted = reviewed & self._drawn(state, rows, "acceptance", self.acceptance)
        accepted = np.where(decided, ~np.isnan(granted), accepted)
        stage[filed] = Review.OVER_QUOTA
        stage[reviewed | decided] = Review.REFUSED
        stage[accepted] = Review.ACCEPTED
        result = self.result(state, rows)
        paid = np.where(np.isfinite(granted), to_fen(np.nan_to_num(granted, posinf=0.0)), result)
        return Change(rows, payment=np.where(accepted, paid, state.payment[rows]), marks={"review": stage})

    def candidates(self, state: State) -> Ints:
        """Stays that may file: decided ones, and eligible ones that would be paid more."""
        # nobody is paid more by item than the stay cost
        inside = state.in_scheme(state.cost > state.payment if self.method == "by_item" else None)
        gains = inside[self.result(state, inside) > state.payment[inside]]
        eligible = gains[self.eligibility.met(state, gains)]
        decisions = state.book.options.decisions
        if not decisions:
            return eligible
        inside = state.in_scheme()
        of_record = np.fromiter(
            (case in decisions for case in state.stays.ids(inside)), np.bool_, len(inside)
        )
        return np.union1d(eligible, inside[of_record])

    def reviewed(self, state: State, rows: Ints, decided: Mask) -> Mask:
        """Which of the filed stays are within the quota."""
        scope = scopes(state.stays, self.scope, self.period)
        room = places(scope, state.route == Route.SCHEME, self.quota)
        score = np.where(decided, np.inf, self._score(state, rows))
        return ranks(state.stays, rows, scope[rows], score) <= room[scope[rows]]

    def result(self, state: State, rows: Ints) -> Fen:
        """What each stay is paid if it is accepted."""
        if self.method == "raised_standard":
            return self.rounding.fen(state.standard[rows] * self.raise_factor)
        cost = state.cost[rows]
        found = state.stays.money("unreasonable_cost")
        less = self.rounding.fen(cost * self.unreasonable_share)
        if not found.all_missing:
            known = True if found.known is None else found.known[rows]
            less = np.where(known, found.fen[rows], less)
        return cost - np.minimum(less, cost)

    def _drawn(self, state: State, rows: Ints, stream: str, chance: float) -> Mask:
        """Which stays the chance falls on."""
        if chance >= 1:
            return np.ones(len(rows), np.bool_)
        return uniforms(state.stays.ids(rows), f"{self.name}.{stream}", state.book.options.seed) < chance

    def _decisions(self, state: State, rows: Ints) -> tuple[Mask, Floats]:
        """Which stays have a decision of record; NaN refused, inf accepted by the rule, else yuan granted."""
        decisions = state.book.options.decisions
        if not decisions:
            return np.zeros(len(rows), np.bool_), np.full(len(rows), np.nan)
        found = [decisions.get(case) for case in state.stays.ids(rows)]
        granted = [
            np.inf if each is True else np.nan if each in (None, False) else float(each) for each in found
        ]
        return np.array([each is not None for each in found]), np.array(granted)

    def _score(self, state: State, rows: Ints) -> Floats:
        cost, standard = state.cost[rows].astype(np.float64), state.standard[rows]
        if self.rank == "cost":
            return cost
        return cost - standard if self.rank == "loss" else cost / np.maximum(standard, 1)

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if state.review[i] == Review.NONE:
            return None
        return REVIEW_WORDS[Review(state.review[i])]


REVIEW_WORDS = {
    Review.NONE: ("不符合或无需申请", "not eligible, or nothing to gain"),
    Review.ELIGIBLE: ("符合申请条件,未申请", "eligible, not filed"),
    Review.OVER_QUOTA: ("已申请,超出名额", "filed, beyond the quota"),
    Review.REFUSED: ("已评审,未通过", "reviewed and refused"),
    Review.ACCEPTED: ("已评审,通过", "reviewed and accepted"),
}
