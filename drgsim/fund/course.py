"""One scenario of a valuation: its point run, the money of every draw, and measures of them by pot and
year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..settlement.timing import MONTHS_IN_A_YEAR
from .draws import Draws
from .fund import Fund
from .ledger import FEN, Books
from .people import People
from .run import Run, run
from .scenario import FundScenario
from .words import lines, pots

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

CHUNK = 250  # draws carried at once, which bounds memory
LEVELS = (0.5, 0.8, 0.9)
MEASURES = ("income", "spending", "balance", "reserve", "reserve_months")


@dataclass(frozen=True)
class Money:
    """Of each pot, fen: income and spending (draws, regions, years, pots), interest that is in the income,
    and reserve, one year longer.

    Income and spending hold transfers between pots; `balance = income - spending = reserve - reserve before`.
    """

    income: Ints
    spending: Ints
    reserve: Ints
    interest: Ints

    @classmethod
    def of(cls, books: Books) -> Money:
        income = books.by_pot("income")
        interest = np.zeros_like(income)
        for place, pot in enumerate(pots()):
            if f"{pot}.interest" in lines():
                interest[..., place] = books.line(f"{pot}.interest")
        return cls(income, books.by_pot("spending"), books.balance, interest)

    def measure(self, name: str, region: int | None, pot: int) -> Floats:
        """(draws, years) yuan, or months of spending."""

        def summed(fen: Ints) -> Floats:
            own = fen[..., pot]
            return np.asarray((own.sum(1) if region is None else own[:, region]) / FEN)

        if name == "income":
            return summed(self.income)
        if name == "spending":
            return summed(self.spending)
        if name == "balance":
            return summed(self.income) - summed(self.spending)
        if name == "primary_balance":  # without interest
            return summed(self.income) - summed(self.interest) - summed(self.spending)
        if name == "reserve":
            return summed(self.reserve)[:, 1:]
        spent, held = summed(self.spending), summed(self.reserve)[:, 1:]
        return np.divide(held * MONTHS_IN_A_YEAR, spent, out=np.full_like(spent, np.nan), where=spent > 0)


@dataclass(frozen=True)
class Course:
    """One scenario: its point run, and the money of each draw (None without draws)."""

    scenario: FundScenario
    point: Run
    money: Money
    drawn: Money | None


class Kept(dict[int, dict[object, People]]):
    """People counted for each part of the draws, shared between scenarios that count them alike."""

    def __missing__(self, part: int) -> dict[object, People]:
        self[part] = {}
        return self[part]


def drawn_money(
    fund: Fund,
    scenario: FundScenario,
    years: int,
    draws: Draws,
    kept: Kept,
    tell: Callable[[int], object] = lambda _: None,
) -> Money:
    """The money of every draw, carried `CHUNK` draws at a time."""
    made = []
    for number, first in enumerate(range(0, draws.count, CHUNK)):
        part = draws.part(first, CHUNK)
        made.append(Money.of(run(fund, scenario, years, part, kept[number]).books))
        tell(number + 2)
    return Money(*(np.concatenate(each) for each in zip(*(vars(one).values() for one in made), strict=True)))


def light(pot: str, balance: float, reserve: float, months: float) -> str:
    """red, amber or green; empty for pots without limits."""
    what = pots()[pot]
    if what.red is None or what.amber is None:
        return ""
    if reserve < 0 or months < what.red:
        return "red"
    return "amber" if balance < 0 or months < what.amber else "green"
