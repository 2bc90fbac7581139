"""Out-of-area care: who bears the gap between the care region's price and what was booked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....cases.fen import TO_THE_FEN, Fen, Rounding
from ..book import Book
from ..state import State


@dataclass(frozen=True)
class Gap:
    """The insured region pays what the bill booked plus `theta` of the gap; the care region's own fund
    bears the rest, which may be a gain (fund rules §1.3)."""

    theta: float = 1.0
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> Gap | None:
        if not book.profiles.outside.any():
            return None
        return cls(book.word("cross_region.theta"), book.rounding())

    def care_region_pays(self, state: State, fund: Fen, booked: Fen) -> Fen:
        """(n,) fen of `fund` that the care region's own fund bears."""
        return self._own_part(state, fund - booked)

    def slope(self, state: State, fund_slope: Fen) -> Fen:
        """(n,) fen of `fund_slope` (`FundShare.slope`) that the care region's own fund bears: what was booked
        by item does not move with the price of a point, so all of the slope is gap."""
        return self._own_part(state, fund_slope)

    def _own_part(self, state: State, gap: Fen) -> Fen:
        part = np.zeros(len(gap), np.int64)
        if self.theta == 1:
            return part
        rows = np.flatnonzero(state.book.profiles.outside[state.profile])
        own = gap[rows]
        part[rows] = own - self.rounding.fen(own * self.theta)
        return part
