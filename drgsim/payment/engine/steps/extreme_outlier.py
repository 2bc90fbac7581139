"""Stays so far above their standard that the ordinary outlier rule no longer holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..book import Book, Value, spread
from ..state import Change, Outlier, State
from .basis import beside


@dataclass(frozen=True)
class ExtremeOutlier:
    """r above the threshold (strict): paid the standard, unless a review decides otherwise, or by item."""

    name: ClassVar[str] = "extreme_outlier"
    zh: ClassVar[str] = "极端异常病例"
    en: ClassVar[str] = "extreme outlier"

    threshold: Value
    by_item: bool

    @classmethod
    def read(cls, book: Book) -> ExtremeOutlier | None:
        method = book.word("outlier.extreme.method")
        if method == "none":
            return None
        return cls(book.value("outlier.extreme.threshold"), method == "by_item")

    def __call__(self, state: State) -> Change | None:
        near = state.in_scheme(state.ratio > np.nanmin(self.threshold, initial=np.inf))
        rows = near[state.ratio[near] > spread(self.threshold, state.profile[near])]
        if not len(rows):
            return None
        paid = state.cost[rows] if self.by_item else state.standard[rows]
        marks = {"outlier": np.int8(Outlier.EXTREME), "slides": 0.0 if self.by_item else 1.0}
        return Change(rows, payment=paid, marks=marks)

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if state.outlier[i] != Outlier.EXTREME:
            return None
        limit = float(np.ravel(spread(self.threshold, state.profile[[i]]))[0])
        told, bound = beside(float(state.ratio[i]), limit)
        return f"倍率 {told} 高于极端异常界限 {bound}", f"ratio {told} is above the extreme limit {bound}"
