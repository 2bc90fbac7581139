"""The share of a hospital's discharges that may be paid as high outliers; the rest get the standard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import Floats
from ..book import Bands, Book
from ..ranking import Period, scopes
from ..state import Change, Outlier, Route, State


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
        return cost - self.threshold.at(state.profile[rows], state.weight[rows]) * state.standard[rows]

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if state.outlier[i] != Outlier.HIGH_OVER_QUOTA:
            return None
        return (
            f"高倍率病例超出出院人次的 {self.share:.2%},本例按标准付费",
            f"high outliers beyond {self.share:.2%} of discharges are paid the standard",
        )
