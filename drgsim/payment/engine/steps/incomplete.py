"""Stays that ended before treatment was complete are paid in proportion to what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ....cases.arrays import Mask
from ....cases.fen import TO_THE_FEN, Floats, Rounding
from ..book import Book
from ..state import Change, State
from ..stays import Stays
from .basis import group_means


@dataclass(frozen=True)
class Incomplete:
    """Standard (with or without the coefficient) × cost / group mean, at most `cap` of that standard
    (payment rules §2.3, fund rules §8-20). A group without a mean keeps the standard."""

    name: ClassVar[str] = "incomplete"
    zh: ClassVar[str] = "住院过程不完整"
    en: ClassVar[str] = "incomplete stay"

    discharge_modes: tuple[str, ...]
    max_days: float | None = None
    with_coefficient: bool = False
    cap: float = 1.0
    cap_before_coefficient: bool = False
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> Incomplete | None:
        if book.word("incomplete.method") == "none":
            return None
        return cls(
            book.word("incomplete.discharge_modes"),
            book.word("incomplete.max_days"),
            book.word("incomplete.with_coefficient"),
            book.word("incomplete.cap"),
            book.word("incomplete.cap_base") == "before_coefficient",
            book.rounding(),
        )

    def __call__(self, state: State) -> Change | None:
        rows = state.in_scheme(self._ended_early(state.stays))
        share = _cost_share(state, rows)
        rows, share = rows[~np.isnan(share)], share[~np.isnan(share)]
        if not len(rows):
            return None
        base = state.weight[rows] * state.unit[rows]
        if self.with_coefficient:
            base = base * state.coefficient[rows]
        capped = base * np.minimum(share, self.cap)
        if self.cap_before_coefficient:
            capped = np.minimum(base * share, state.weight[rows] * state.unit[rows] * self.cap)
        return Change(rows, payment=self.rounding.yuan(capped), marks={"slides": 1.0})

    def _ended_early(self, stays: Stays) -> Mask:
        early = np.ones(len(stays), np.bool_)
        if self.discharge_modes:
            mode = stays.labels("discharge")
            listed = [name in self.discharge_modes for name in mode.names]
            early &= np.array([*listed, False], np.bool_)[mode.codes]
        if self.max_days is not None:
            early &= stays.number("los") <= self.max_days
        return early

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if not state.changed(self.name, i):
            return None
        share = min(float(_cost_share(state, np.array([i]))[0]), self.cap)
        return (
            f"按费用与病组例均之比 {share:.4g} 折算",
            f"paid {share:.4g} of the standard: its cost over the group mean",
        )


def _cost_share(state: State, rows: np.ndarray) -> Floats:
    return state.cost[rows] / 100 / group_means(state, rows)
