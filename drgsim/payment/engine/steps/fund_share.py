"""The fund's share of a payment: three conventions; and who bears the gap of out-of-area care."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ....cases.fen import TO_THE_FEN, Fen, Rounding
from ..book import FUND, Book, Value, spread
from ..state import Route, State


@dataclass(frozen=True)
class FundShare:
    """With P the payment of the case and the patient's bill settled by item (payment rules §7.3):

    `deduct`        P − patient − other funds: the hospital receives P exactly
    `substitute`    the ladder on (P − out of scope − prepaid − deductible), at least 0
    `proportional`  P × basic fund / cost of the bill, or P × a fixed ratio

    Stays paid by item keep their bill under every convention.
    """

    convention: Literal["deduct", "substitute", "proportional"] = "deduct"
    negative_allowed: bool = True
    ratio: Value = np.nan
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> FundShare:
        convention = book.word("fund.convention")
        return cls(
            convention,
            book.word("fund.negative_allowed"),
            book.value("fund.ratio") if convention == "proportional" else np.nan,
            book.rounding(),
        )

    @property
    def substitutes(self) -> bool:
        """Whether `paid` needs the ladder on the payment."""
        return self.convention == "substitute"

    def paid(self, state: State, basic: Fen, substituted: Fen) -> Fen:
        """(n,) fen of the basic fund. `basic` is its part of the bill, `substituted` the ladder on P."""
        fund = basic + state.payment - state.cost
        if self.convention != "deduct":
            own = np.isin(state.route, (Route.SCHEME, Route.PER_DIEM, Route.PACKAGE))
            fund = np.where(own, substituted if self.substitutes else self._share(state, basic), fund)
        return fund if self.negative_allowed else np.maximum(fund, 0)

    def slope(self, state: State, fund: Fen) -> Fen:
        """(n,) fen the basic fund pays more when the price of a point doubles, `fund` being what it pays now.

        Nothing where no point prices the stay, and where the fund is held at zero. The ladder of
        `substitute` has no one slope: settlement refuses it before.
        """
        own = fund - state.carved_fund
        moved = np.rint((state.payment if self.convention == "deduct" else own) * state.slides)
        slides = state.problem == 0
        if not self.negative_allowed:
            slides = slides & (own > 0)
        return np.where(slides, moved, 0).astype(np.int64)

    def _share(self, state: State, basic: Fen) -> Fen:
        cost = state.cost
        actual = np.divide(basic, cost, out=np.zeros(len(cost)), where=cost > 0)
        fixed = spread(self.ratio, state.profile)
        ratio = np.where(np.isnan(fixed), actual, fixed)
        return self.rounding.fen(state.payment * ratio)


def fund_share(book: Book) -> FundShare:
    """How payers share a stay's payment under a policy, read once from its book."""
    return book.once(FundShare, lambda: FundShare.read(book.chapter(FUND)))


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
