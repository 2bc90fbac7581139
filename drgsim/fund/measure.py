"""One number of a valuation by name: what goals aim at and sensitivities compare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import ArgumentError
from .ledger import Books
from .pots import pots
from .solvency import discount_rates, worth
from .valuation import Money

MEASURES = ("reserve_months", "reserve", "balance", "income", "spending", "present_value")
SHORT = {"employee": "employee_pool", "accounts": "employee_accounts"}


@dataclass(frozen=True, slots=True)
class Measure:
    """`name` of a pot, all regions together: lowest over the years to `until` (balance, reserve,
    reserve_months), or in the year `until` (`at_end`), or the present value at a rate."""

    name: str
    pot: str
    until: int | None = None
    at_end: bool = False
    rate: float = 0.0

    @classmethod
    def of(
        cls, text: str, until: int | None = None, *, at_end: bool = False, rate: float | None = None
    ) -> Measure:
        """`reserve_months.resident`, `balance.employee_pool` …; a pot may be shortened to its scheme.

        >>> Measure.of("reserve_months.employee", 2035).pot
        'employee_pool'

        Raises ArgumentError.
        """
        name, _, pot = text.partition(".")
        pot = SHORT.get(pot, pot)
        if name not in MEASURES:
            raise ArgumentError("no such measure", got=name, allowed=MEASURES, nearest=MEASURES)
        if pot not in pots():
            raise ArgumentError("no such pot", got=pot, allowed=list(pots()), nearest=pots())
        return cls(name, pot, until, at_end, discount_rates()[1] if rate is None else rate)

    def last(self, first_year: int, years: int) -> int:
        """Number of years it looks at; raises ArgumentError when they are not valued."""
        until = first_year + years - 1 if self.until is None else self.until
        if not first_year <= until <= first_year + years - 1:
            raise ArgumentError(
                "a year that is not valued", got=until, allowed=f"{first_year} to {first_year + years - 1}"
            )
        return until - first_year + 1

    def draws(self, money: Money, first_year: int) -> np.ndarray:
        """(draws,): the measure in each draw."""
        years = self.last(first_year, money.income.shape[2])
        place = list(pots()).index(self.pot)
        if self.name == "present_value":
            held, balances = worth(money, None, place, self.rate, years)
            return np.asarray(held + balances)
        values = money.measure(self.name, None, place)[:, :years]
        return np.asarray(values[:, -1] if self.at_end else values.min(axis=1))

    def point(self, books: Books, first_year: int) -> float:
        """The measure of a point run; the present value is of balances without interest."""
        return float(self.draws(Money.of(books), first_year)[0])

    def __str__(self) -> str:
        when = (
            f" at the end of {self.until}"
            if self.at_end
            else f", lowest to {self.until}"
            if self.until
            else ""
        )
        return f"{self.name} of {self.pot}{when}"
