"""Stays that cost far more than their standard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import TO_THE_FEN, Fen, Floats, Rounding
from ..book import Bands, Book
from ..ranking import Period, scopes
from ..state import Change, Outlier, Route, State
from .price import weight_of_mean_case
from .ratio import Basis, beside, limits, ratio, without_limit


@dataclass(frozen=True)
class HighQuota:
    """At most `share` of the case-paid discharges of a hospital (or the region) in each period count as high
    outliers: those first by `rank`, which is the excess over the threshold, the ratio or the cost."""

    name: ClassVar[str] = "high_outlier_quota"
    zh: ClassVar[str] = "高倍率病例占比上限"
    en: ClassVar[str] = "cap on the share of high outliers"

    share: float
    scope: Literal["hospital", "region"] = "hospital"
    period: Period = "year"
    rank: Literal["excess", "ratio", "cost"] = "excess"
    threshold: Bands | None = None  # needed to rank by excess

    @classmethod
    def read(cls, book: Book) -> HighQuota | None:
        share = book.word("outlier.high.quota")
        if share is None:
            return None
        scope, period, rank = (
            book.word(f"outlier.high.quota_{part}") for part in ("scope", "period", "rank")
        )
        return cls(share, scope, period, rank, book.optional_bands("outlier.high.threshold"))

    def offer(self, state: State) -> None:
        """Put this stretch's stays and high outliers beside those of the rest of the period."""
        high = np.flatnonzero(state.outlier == Outlier.HIGH)
        cells = scopes(state.stays, self.scope, self.period)
        counted = state.route == Route.SCHEME
        state.board.offer(self.name, state.stays, cells, counted, high, self._score(state, high))

    def __call__(self, state: State) -> Change | None:
        high = np.flatnonzero(state.outlier == Outlier.HIGH)
        beyond = high[~state.board.within(self.name, state.stays, high, self.share)]
        if not len(beyond):
            return None
        marks = {"outlier": np.int8(Outlier.HIGH_OVER_QUOTA), "slides": 1.0}
        return Change(beyond, payment=state.standard[beyond], marks=marks)

    def _score(self, state: State, rows: Ints) -> Floats:
        cost = state.cost[rows].astype(np.float64)
        if self.rank == "cost":
            return cost
        if self.rank == "ratio" or self.threshold is None:
            return state.ratio[rows]
        limit = self.threshold.at(state.profile[rows], state.weight[rows])
        return cost - np.where(np.isnan(limit), self.threshold.span[1], limit) * state.standard[rows]

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if state.outlier[i] != Outlier.HIGH_OVER_QUOTA:
            return None
        return (
            f"高倍率病例超出出院人次的 {self.share:.2%},本例按标准付费",
            f"high outliers beyond {self.share:.2%} of discharges are paid the standard",
        )


@dataclass(frozen=True)
class HighOutlier:
    """r above the threshold (or at it, when inclusive). With F cost, S standard, W standard before the
    coefficient k, r' the ratio inside the excess (its own basis, at most `ratio_cap`), C the cost in yuan or
    as F / A at the price of one mean case:

    ======================= ================================== =====================================
    by_item                 F · approved share                 specification (payment rules §3.1)
    excess                  S · (start + factor · (r' − from)) DIP form, provinces' rate form
    excess_on_weight        S + factor · (r' − from) · W       points form, payment rules §2.3
    share                   S + factor · (F − from · S)        payment rules §3.2
    cost_less_standards     C − (from − 1) · S                 points form (ii)
    cost_less_weights       C − (from − 1) · W
    cost_less_coefficient   C − (from − k) · W                 points form (iii)
    ======================= ================================== =====================================

    `start_from` (bands) is `from`; None counts the excess from the threshold that was passed.
    """

    name: ClassVar[str] = "high_outlier"
    zh: ClassVar[str] = "高倍率病例"
    en: ClassVar[str] = "high outlier"

    method: str
    threshold: Bands
    inclusive: bool = False
    start_from: Bands | None = None
    start: float = 1.0
    factor: float = 1.0
    basis: Basis | None = None  # None: the ratio the threshold looked at
    ratio_cap: float | None = None
    mean_cost: float | None = None  # set when C is measured against the mean cost
    mean_weight: float = 1.0
    approved_share: float = 1.0
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> HighOutlier | None:
        method = book.word("outlier.high.method")
        threshold = book.optional_bands("outlier.high.threshold")
        if method == "none" or threshold is None:
            return None
        basis = book.word("outlier.high.basis")
        by_mean = book.word("outlier.high.cost_measure") == "mean_cost"
        return cls(
            method,
            threshold,
            book.word("outlier.high.inclusive"),
            book.optional_bands("outlier.high.from"),
            book.word("outlier.high.start"),
            book.word("outlier.high.factor"),
            None if basis == "same" else Basis.read(book, basis),
            book.word("outlier.high.ratio_cap"),
            book.word("standard.mean_cost") if by_mean else None,
            weight_of_mean_case(book),
            book.word("outlier.high.approved_share"),
            book.rounding(),
        )

    def __call__(self, state: State) -> Change | None:
        least = self.threshold.span[0]
        beyond = state.ratio >= least if self.inclusive else state.ratio > least
        near = state.in_scheme(beyond & (state.outlier == Outlier.NONE))
        by_item = self.method == "by_item"
        limit, lost = limits(self.threshold, state, near, above=True, whichever=by_item)
        r = state.ratio[near]
        rows = near[r >= limit] if self.inclusive else near[r > limit]
        return without_limit(self._found(state, rows) if len(rows) else None, near[lost])

    def _found(self, state: State, rows: Ints) -> Change:
        paid = np.maximum(self._paid(state, rows), self._least(state, rows))
        marks = {"outlier": np.int8(Outlier.HIGH), "slides": self._slides(state, rows, paid)}
        return Change(rows, payment=paid, marks=marks)

    def _least(self, state: State, rows: Ints) -> Fen:
        """No stay is paid less than its standard for being dear, but where an approved share is paid."""
        cut = self.method == "by_item" and self.approved_share < 1  # no other form looks at the share
        return np.zeros(len(rows), np.int64) if cut else state.standard[rows]

    def _slides(self, state: State, rows: Ints, paid: Fen) -> Floats:
        """The part of the payment that is priced in points: all but what is counted in yuan of the cost."""
        in_yuan = np.zeros(len(rows))
        if self.method == "by_item":
            in_yuan = paid.astype(np.float64)
        elif self.method == "share":
            in_yuan = self.factor * state.cost[rows].astype(np.float64)
        elif self.method.startswith("cost_less") and self.mean_cost is None:
            in_yuan = state.cost[rows].astype(np.float64)
        at_standard = paid == state.standard[rows]
        part = 1 - np.divide(in_yuan, paid, out=np.zeros(len(rows)), where=paid != 0)
        return np.where(at_standard, 1.0, part)

    def _paid(self, state: State, rows: Ints) -> Fen:
        return self.rounding.fen(self._fen(state, rows))

    def _fen(self, state: State, rows: Ints) -> Floats:
        cost, standard = state.cost[rows], state.standard[rows]
        if self.method == "by_item":
            return cost * self.approved_share
        start = self._from(state, rows)
        if self.method == "share":
            return standard + self.factor * (cost - start * standard)
        if self.method in ("excess", "excess_on_weight"):
            over = self._excess_ratio(state, rows) - start
            if self.method == "excess":
                return standard * (self.start + self.factor * over)
            return standard + self.factor * over * self._before_coefficient(state, rows)
        measured = (
            cost if self.mean_cost is None else cost / self.mean_cost * self.mean_weight * state.unit[rows]
        )
        if self.method == "cost_less_standards":
            return measured - (start - 1) * standard
        less = 1.0 if self.method == "cost_less_weights" else state.coefficient[rows]
        return measured - (start - less) * self._before_coefficient(state, rows)

    def _from(self, state: State, rows: Ints) -> Floats | float:
        bands = self.threshold if self.start_from is None else self.start_from
        return bands.at(state.profile[rows], state.weight[rows])

    def _excess_ratio(self, state: State, rows: Ints) -> Floats:
        r = state.ratio[rows] if self.basis is None else ratio(state.cost[rows], self.basis.of(state, rows))
        return r if self.ratio_cap is None else np.minimum(r, self.ratio_cap)

    def _before_coefficient(self, state: State, rows: Ints) -> Floats:
        return state.weight[rows] * state.unit[rows] * 100

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if state.outlier[i] not in (Outlier.HIGH, Outlier.HIGH_OVER_QUOTA):
            return None
        limit = float(np.ravel(self.threshold.at(state.profile[[i]], state.weight[[i]]))[0])
        limit = self.threshold.span[1] if np.isnan(limit) else limit
        told, bound = beside(float(state.ratio[i]), limit)
        if state.ratio[i] == limit:
            return f"倍率 {told} 等于界限 {bound}", f"ratio {told} is at the limit {bound}"
        return f"倍率 {told} 高于 {bound}", f"ratio {told} is above {bound}"
