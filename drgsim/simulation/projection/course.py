"""One scenario's funds over the years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .growth import Growth

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Course:
    """The years of `growth`, the base year first. Arrays are (funds, years); money is whole fen.

    `reserve` stands at the end of each year. `booked` is (funds, bands): what the last year's inpatient
    money is booked for by age, before its clearing; `beside` (payers, funds, years), what `cells.BESIDE` pay.
    """

    scenario: str
    growth: Growth
    insured: Floats
    stays: Floats
    cost: Floats
    spent: Floats
    income: Floats
    other_spending: Floats
    reserve: Floats
    booked: Floats
    beside: Floats

    @property
    def balance(self) -> Floats:
        """Income less all spending of the year."""
        return self.income - self.spent - self.other_spending


def reserves(opening: Floats, income: Floats, spent: Floats, other: Floats) -> Floats:
    """Reserves at the end of each year: that of the base year, then each year's balance added.

    Works on (..., years) arrays whose first year is the base year; `opening` is (...,), at its end.

    >>> income, spent, other = np.full(3, 9.0), np.array([4.0, 5.0, 6.0]), np.full(3, 4.0)
    >>> reserves(np.array(10.0), income, spent, other)
    array([10., 10.,  9.])
    """
    balance = income - spent - other
    balance[..., 0] = 0.0
    return opening[..., None] + np.cumsum(balance, axis=-1)
