"""Stays far below their standard, and stays so far above it that the ordinary rule no longer holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ....cases.arrays import Ints, Mask
from ....cases.fen import TO_THE_FEN, Fen, Rounding
from ..book import Bands, Book
from ..state import Change, Outlier, State
from .price import weight_of_mean_case
from .ratio import beside, limits, without_limit


@dataclass(frozen=True)
class ExtremeOutlier:
    """r above the threshold (strict): paid the standard, unless a review decides otherwise, or by item
    (payment rules §3.2)."""

    name: ClassVar[str] = "extreme_outlier"
    zh: ClassVar[str] = "极端异常病例"
    en: ClassVar[str] = "extreme outlier"

    threshold: Bands
    by_item: bool

    @classmethod
    def read(cls, book: Book) -> ExtremeOutlier | None:
        method = book.word("outlier.extreme.method")
        if method == "none":
            return None
        return cls(book.bands("outlier.extreme.threshold"), method == "by_item")

    def __call__(self, state: State) -> Change | None:
        near = state.in_scheme(state.ratio > self.threshold.span[0])
        limit, lost = limits(self.threshold, state, near, above=True)
        rows = near[state.ratio[near] > limit]
        paid = state.cost[rows] if self.by_item else state.standard[rows]
        marks = {"outlier": np.int8(Outlier.EXTREME), "slides": 0.0 if self.by_item else 1.0}
        change = Change(rows, payment=paid, marks=marks) if len(rows) else None
        return without_limit(change, near[lost])

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if state.outlier[i] != Outlier.EXTREME:
            return None
        limit = float(np.ravel(self.threshold.at(state.profile[[i]], state.weight[[i]]))[0])
        limit = self.threshold.span[1] if np.isnan(limit) else limit
        told, bound = beside(float(state.ratio[i]), limit)
        return f"倍率 {told} 高于极端异常界限 {bound}", f"ratio {told} is above the extreme limit {bound}"


@dataclass(frozen=True)
class LowOutlier:
    """r below the threshold (or at it, when inclusive). With F cost, S standard, W standard before the
    coefficient, A area mean cost: `by_item` F, `ratio` S·r, `ratio_without_coefficient` W·r, `mean_cost`
    F / A at the price of one mean case. Up to `actual_up_to` the actual cost is paid in any case.

    At the threshold the payment jumps from lo·S to S: the stated cliff of payment rules §3.2.
    """

    name: ClassVar[str] = "low_outlier"
    zh: ClassVar[str] = "低倍率病例"
    en: ClassVar[str] = "low outlier"

    method: str
    threshold: Bands
    inclusive: bool = False
    actual_up_to: float | None = None
    mean_cost: float | None = None
    mean_weight: float = 1.0
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> LowOutlier | None:
        method = book.word("outlier.low.method")
        threshold = book.optional_bands("outlier.low.threshold")
        if method == "none" or threshold is None:
            return None
        return cls(
            method,
            threshold,
            book.word("outlier.low.inclusive"),
            book.word("outlier.low.actual_up_to"),
            book.word("standard.mean_cost"),
            weight_of_mean_case(book),
            book.rounding(),
        )

    def __call__(self, state: State) -> Change | None:
        most = self.threshold.span[1]
        near = state.in_scheme(state.ratio <= most if self.inclusive else state.ratio < most)
        limit, lost = limits(self.threshold, state, near, above=False)
        r = state.ratio[near]
        rows = near[r <= limit] if self.inclusive else near[r < limit]
        return without_limit(self._found(state, rows) if len(rows) else None, near[lost])

    def _found(self, state: State, rows: Ints) -> Change:
        paid = self._paid(state, rows)
        by_item = (paid == state.cost[rows]) & (self._by_item(state, rows))
        return Change(
            rows, payment=paid, marks={"outlier": np.int8(Outlier.LOW), "slides": np.where(by_item, 0.0, 1.0)}
        )

    def _by_item(self, state: State, rows: Ints) -> Mask:
        """Which are paid their actual cost, which no point value moves."""
        if self.method == "by_item":
            return np.ones(len(rows), np.bool_)
        if self.actual_up_to is None:
            return np.zeros(len(rows), np.bool_)
        return state.ratio[rows] <= self.actual_up_to

    def _paid(self, state: State, rows: Ints) -> Fen:
        cost, r = state.cost[rows], state.ratio[rows]
        if self.method == "by_item":
            return cost
        if self.method == "ratio":
            fen = state.standard[rows] * r
        elif self.method == "ratio_without_coefficient":
            fen = state.weight[rows] * state.unit[rows] * 100 * r
        else:
            assert self.mean_cost is not None
            fen = cost / self.mean_cost * self.mean_weight * state.unit[rows]
        paid = self.rounding.fen(fen)
        return paid if self.actual_up_to is None else np.where(r <= self.actual_up_to, cost, paid)

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if state.outlier[i] != Outlier.LOW:
            return None
        limit = float(np.ravel(self.threshold.at(state.profile[[i]], state.weight[[i]]))[0])
        limit = self.threshold.span[0] if np.isnan(limit) else limit
        told, bound = beside(float(state.ratio[i]), limit)
        if state.ratio[i] == limit:
            return f"倍率 {told} 等于界限 {bound}", f"ratio {told} is at the limit {bound}"
        return f"倍率 {told} 低于 {bound}", f"ratio {told} is below {bound}"
