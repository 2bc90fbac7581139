"""How many times its basis a stay's cost is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..book import Book
from ..state import Change, Route, State
from .basis import Basis, ratio


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
        if len(rows) == len(state):
            return Change(None, marks={"ratio": ratio(state.cost, self.basis.of(state, rows))})
        return Change(rows, marks={"ratio": ratio(state.cost[rows], self.basis.of(state, rows))})

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if state.route[i] != Route.SCHEME or np.isnan(state.ratio[i]):
            return None
        return f"费用倍率 {state.ratio[i]:.4g}", f"cost is {state.ratio[i]:.4g} times its basis"
