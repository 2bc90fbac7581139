"""The share of a hospital's discharges that may be paid as high outliers; the rest get the standard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import Floats
from ..book import Bands, Book
from ..ranking import Period, places, ranks, scopes
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

    def __call__(self, state: State) -> Change | None:
        high = np.flatnonzero(state.outlier == Outlier.HIGH)
        if not len(high):
            return None
        scope = scopes(state.stays, self.scope, self.period)
        room = places(scope, state.route == Route.SCHEME, self.share)
        rank = ranks(state.stays, high, scope[high], self._score(state, high))
        beyond = high[rank > room[scope[high]]]
        if not len(beyond):
            return None
        marks = {"outlier": np.int8(Outlier.HIGH_OVER_QUOTA)}
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
