"""Special-case review as a queue: filed, ranked, within the quota, accepted or not, and paid."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from ....cases.arrays import Ints, Mask
from ....cases.fen import TO_THE_FEN, Fen, Floats, Rounding, to_fen
from ....words import members
from ..book import Book
from ..ranking import Period, scopes
from ..rules.aggregates import every_stretch
from ..state import Change, Review, Route, State
from ..streams import uniforms
from .price import weight_of_mean_case
from .ratio import group_means


@dataclass(frozen=True)
class Criterion:
    """One criterion in words, and which of the asked stays meet it."""

    zh: str
    en: str
    met: Mask


@dataclass(frozen=True)
class Eligibility:
    """None switches a criterion off; all bounds are strict but the newborn's two multiples. A policy that
    sets no criterion lets every stay file (payment rules §4.1)."""

    cost_ratio: float | None = None
    days: float | None = None
    loss: float | None = None  # yuan
    icu_hours: float | None = None
    new_technology: bool = False
    group_cases: float | None = None
    newborn_weight: float | None = None  # g
    newborn_area_multiple: float = 0.0
    newborn_group_multiple: float = 0.0
    mean_cost: float | None = None

    @classmethod
    def read(cls, book: Book) -> Eligibility:
        names = (
            "cost_ratio", "days", "loss", "icu_hours", "new_technology", "group_cases",
            "newborn_weight", "newborn_area_multiple", "newborn_group_multiple",
        )  # fmt: skip
        values = {name: book.word(f"special_review.eligible.{name}") for name in names}
        return cls(**values, mean_cost=book.word("standard.mean_cost"))

    def met(self, state: State, rows: Ints) -> Mask:
        """Which of the stays may file."""
        criteria = list(self.criteria(state, rows))
        if not criteria:
            return np.ones(len(rows), np.bool_)
        return np.logical_or.reduce([criterion.met for criterion in criteria])

    def criteria(self, state: State, rows: Ints) -> Iterator[Criterion]:
        """The criteria that are on, in the order a reviewer reads them."""
        cost, standard, stays = state.cost[rows], state.standard[rows], state.stays
        if self.cost_ratio is not None:
            limit = self.cost_ratio
            yield Criterion(
                f"费用超过标准的 {limit:g} 倍", f"cost above {limit:g} × standard", cost > limit * standard
            )
        if self.days is not None:
            long = stays.number("los")[rows] > self.days
            yield Criterion(f"住院超过 {self.days:g} 天", f"stay longer than {self.days:g} days", long)
        if self.loss is not None:
            over = cost - standard > self.loss * 100
            yield Criterion(f"超标准 {self.loss:,.0f} 元以上", f"loss above {self.loss:,.0f} yuan", over)
        if self.icu_hours is not None:
            intensive = stays.number("icu_hours")[rows] > self.icu_hours
            yield Criterion(
                f"重症监护超过 {self.icu_hours:g} 小时",
                f"intensive care above {self.icu_hours:g} hours",
                intensive,
            )
        if self.new_technology:
            used = stays.money("new_technology_cost").fen[rows] > 0
            yield Criterion("使用新药新技术", "new drugs or technology used", used)
        if self.group_cases is not None:
            few = self._cases(state)[state.groups.of[rows]] < self.group_cases
            yield Criterion(
                f"病组不足 {self.group_cases:g} 例", f"group of fewer than {self.group_cases:g} cases", few
            )
        if self.newborn_weight is not None:
            yield Criterion(
                f"体重低于 {self.newborn_weight:g} 克的新生儿",
                f"newborn below {self.newborn_weight:g} g",
                self._newborn(state, rows),
            )

    def _cases(self, state: State) -> np.ndarray:
        """Cases of each group: as the weight table counted them, else as they occur here."""
        counted = state.groups.column("n")
        if counted is not None:
            return counted
        if state.group_cases is None:
            names, states = state.groups.names, every_stretch(state)[0]
            of = np.concatenate([each.groups.of for each in states if each.groups.names == names])
            here = np.bincount(of[of >= 0], minlength=len(names))
            state.group_cases = np.append(here.astype(np.float64), np.nan)
        return state.group_cases

    def _newborn(self, state: State, rows: Ints) -> Mask:
        weight = state.stays.number("birth_weight")[rows]
        age = state.stays.number("age")[rows]
        assert self.newborn_weight is not None
        small = (weight > 0) & (weight < self.newborn_weight) & (np.isnan(age) | (age == 0))
        cost = state.cost[rows] / 100
        if self.newborn_area_multiple > 0:
            area = np.nan if self.mean_cost is None else self.mean_cost
            small &= cost >= self.newborn_area_multiple * area
        if self.newborn_group_multiple > 0:
            small &= cost >= self.newborn_group_multiple * group_means(state, rows)
        return small


@dataclass(frozen=True)
class SpecialReview:
    """Eligible stays that would gain are filed (with chance `application`), those first by `rank` up to the
    quota are reviewed, and accepted with chance `acceptance`; both chances are drawn by case id.

    Accepted stays are paid their cost less the unreasonable part (column `unreasonable_cost`, else
    `unreasonable_share` of the cost), the same turned into points by the area's mean cost, or `raise_factor`
    times the standard. A decision of record stands
    instead of both chances: it takes its place in the quota first, and is never refused for the quota.
    """

    name: ClassVar[str] = "special_review"
    zh: ClassVar[str] = "特例单议"
    en: ClassVar[str] = "special-case review"

    method: Literal["by_item", "raised_standard", "points"]
    eligibility: Eligibility
    quota: float
    scope: Literal["hospital", "region"] = "hospital"
    period: Period = "quarter"
    rank: Literal["loss", "ratio", "cost"] = "loss"
    application: float = 1.0
    acceptance: float = 1.0
    raise_factor: float = 1.0
    unreasonable_share: float = 0.0
    mean_cost: float | None = None  # A, with which a cost becomes points
    mean_weight: float = 1.0  # weight of a case of mean cost
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
        return cls(
            method,
            Eligibility.read(book),
            **values,
            mean_cost=book.word("standard.mean_cost"),
            mean_weight=weight_of_mean_case(book),
            rounding=book.rounding(),
        )

    @classmethod
    def of_rule(cls, arguments: Mapping[str, Any], book: Book) -> SpecialReview:
        """The review a rule states; who is eligible and how many are reviewed the rule says itself."""
        names = ("scope", "period", "rank", "application", "acceptance", "raise_factor")
        values = {name: arguments[name] for name in names}
        return cls(
            arguments["result"],
            Eligibility(),
            0.0,
            **values,
            mean_cost=book.word("standard.mean_cost"),
            mean_weight=weight_of_mean_case(book),
            rounding=book.rounding(),
        )

    def offer(self, state: State) -> None:
        """Put this stretch's stays and filed cases beside those of the rest of the period."""
        rows = self.candidates(state)
        filed, decided = self.filed(state, rows)
        score = np.where(decided[filed], np.inf, self.score(state, rows[filed]))
        cells = scopes(state.stays, self.scope, self.period)
        counted = state.route == Route.SCHEME
        state.board.offer(self.name, state.stays, cells, counted, rows[filed], score)

    def __call__(self, state: State) -> Change | None:
        def within(rows: Ints) -> Mask:
            return state.board.within(self.name, state.stays, rows, self.quota)

        return self.decide(state, self.candidates(state), within)

    def filed(self, state: State, rows: Ints) -> tuple[Mask, Mask]:
        """Which of the candidates are filed, and which have a decision of record."""
        decided, _ = self._decisions(state, rows)
        return decided | self._drawn(state, rows, "application", self.application), decided

    def decide(self, state: State, rows: Ints, reviewed_of: Callable[[Ints], Mask]) -> Change | None:
        """What becomes of the candidates; `reviewed_of` says which of the filed ones are within the quota."""
        if not len(rows):
            return None
        stage = np.full(len(rows), Review.ELIGIBLE, np.int8)
        decided, granted = self._decisions(state, rows)
        filed, _ = self.filed(state, rows)
        reviewed = np.zeros(len(rows), np.bool_)
        reviewed[filed] = reviewed_of(rows[filed])
        accepted = reviewed & self._drawn(state, rows, "acceptance", self.acceptance)
        accepted = np.where(decided, ~np.isnan(granted), accepted)
        stage[filed] = Review.OVER_QUOTA
        stage[reviewed | decided] = Review.REFUSED
        stage[accepted] = Review.ACCEPTED
        in_yuan = np.isfinite(granted)
        paid = np.where(in_yuan, to_fen(np.nan_to_num(granted, posinf=0.0)), self.result(state, rows))
        slides = np.where(in_yuan | (self.method == "by_item"), 0.0, 1.0)
        return Change(
            rows,
            payment=np.where(accepted, paid, state.payment[rows]),
            marks={"review": stage, "slides": np.where(accepted, slides, state.slides[rows])},
        )

    def candidates(self, state: State) -> Ints:
        """Stays that may file: decided ones, and eligible ones that would be paid more."""
        # nobody is paid more by item than the stay cost
        inside = state.in_scheme(state.cost > state.payment if self.method == "by_item" else None)
        gains = inside[self.result(state, inside) > state.payment[inside]]
        return self.with_decided(state, gains[self.eligibility.met(state, gains)])

    def with_decided(self, state: State, eligible: Ints, among: Ints | None = None) -> Ints:
        """The eligible stays, and those with a decision of record (among some, where given)."""
        decisions = state.book.options.decisions
        if not decisions:
            return eligible
        inside = state.in_scheme() if among is None else among
        of_record = np.fromiter(
            (case in decisions for case in state.stays.ids(inside)), np.bool_, len(inside)
        )
        return np.union1d(eligible, inside[of_record])

    def result(self, state: State, rows: Ints) -> Fen:
        """What each stay is paid if it is accepted."""
        if self.method == "raised_standard":
            return self.rounding.fen(state.standard[rows] * self.raise_factor)
        cost = self._reasonable(state, rows)
        if self.method == "by_item":
            return cost
        if not self.mean_cost:
            return state.payment[rows]  # without a mean cost no cost becomes points: nothing to gain
        yuan = cost / 100 / self.mean_cost * self.mean_weight * state.unit[rows]
        return self.rounding.yuan(np.nan_to_num(yuan))

    def _reasonable(self, state: State, rows: Ints) -> Fen:
        """The cost less the part found unreasonable."""
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

    def score(self, state: State, rows: Ints) -> Floats:
        cost, standard = state.cost[rows].astype(np.float64), state.standard[rows]
        if self.rank == "cost":
            return cost
        return cost - standard if self.rank == "loss" else cost / np.maximum(standard, 1)

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if state.review[i] == Review.NONE:
            return None
        return REVIEW_WORDS[Review(state.review[i])]


REVIEW_WORDS = members("review_outcome", Review)
