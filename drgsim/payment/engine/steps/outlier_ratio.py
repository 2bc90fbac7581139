"""How many times its basis a stay's cost is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..book import Book
from ..state import Change, Route, State
from .basis import FALLBACK, Basis, exact_enough, level_means, ratio


@dataclass(frozen=True)
class OutlierRatio:
    """r = cost / basis of every stay in the scheme: what the outlier rules look at."""

    name: ClassVar[str] = "outlier_ratio"
    zh: ClassVar[str] = "费用倍率"
    en: ClassVar[str] = "cost ratio"

    basis: Basis

    @classmethod
    def read(cls, book: Book) -> OutlierRatio:
        return cls(Basis.read(book, book.word("outlier.basis")))

    def __call__(self, state: State) -> Change:
        rows = state.in_scheme()
        if self.basis.kind == "group_level_mean":
            means, of_level = level_means(state, rows)
            state.note(" ".join(FALLBACK), int(np.count_nonzero(~of_level & ~np.isnan(means))))
        if len(rows) == len(state):
            return Change(None, marks={"ratio": ratio(state.cost, self.basis.of(state, rows))})
        return Change(rows, marks={"ratio": ratio(state.cost[rows], self.basis.of(state, rows))})

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if state.route[i] != Route.SCHEME or np.isnan(state.ratio[i]):
            return None
        told, (zh, en) = exact_enough(float(state.ratio[i])), self.basis.said(state, i)
        return f"费用倍率 {told},分母为{zh}", f"cost is {told} times its basis: {en}"
