"""One number of a valuation by name, and what each assumption moves of it: tornado and stress."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from .._paths import data_yaml
from ..errors import ArgumentError
from ..language import either, stated_language
from ..words import named
from .course import Money
from .exhibits import discount_rates, worth
from .fund import Fund
from .ledger import Books
from .people import People
from .run import run
from .scenario import FundScenario
from .words import fund_table, pots

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

    @property
    def told(self) -> str:
        """The measure in words, for who asked for a language."""
        if stated_language() is None:
            return str(self)
        pot, (zh, en) = pots()[self.pot], named(self.name, room="valuation")[self.name]
        when = f"{self.until} 年末" if self.at_end else f"至 {self.until} 年最低的" if self.until else ""
        return either(
            f"{pot.zh}{when}{zh}", str(self).replace(f"{self.name} of {self.pot}", f"{en} of the {pot.en}")
        )


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivity:
    """`frame`: parameter, zh, en, unit, value, low, high, at_low, at_high (the measure), swing, source,
    state; the largest swing first. `base` is the measure with every assumption at its value."""

    measure: Measure
    base: float
    frame: pd.DataFrame

    def tornado(self, bars: int = 10) -> pd.DataFrame:
        """The `bars` assumptions that move the measure most."""
        return self.frame.head(bars)

    @cached_property
    def silent(self) -> tuple[str, ...]:
        """Assumptions with an interval that do not move this measure."""
        return tuple(self.frame.loc[self.frame["swing"] == 0, "parameter"])

    def __repr__(self) -> str:
        table = fund_table(self.tornado()).to_string()
        return f"Sensitivity of {self.measure.told}: {self.base:,.2f}\n{table}"

    def _repr_html_(self) -> str:
        return str(fund_table(self.tornado()).to_html())


def sensitivity(
    fund: Fund, measure: str, *, scenario: Any = None, years: int = 30, until: int | None = None
) -> Sensitivity:
    """Move each assumption that has an interval to its ends, one at a time.

    Parameters
    ----------
    measure : such as "reserve_months.employee"; at the end of `until`, the last year by default.

    Raises ArgumentError, FundError.
    """
    last = fund.year + years if until is None else until
    what = Measure.of(measure, last, at_end=True)
    asked = FundScenario.of(scenario) if scenario is not None else FundScenario.baseline()
    counted: dict[object, People] = {}
    first = fund.year + 1
    if not first <= last <= fund.year + years:
        raise ArgumentError("a year that is not valued", got=last, allowed=f"{first} to {fund.year + years}")

    def at(own: Fund) -> float:
        return what.point(run(own, asked, last - fund.year, counted=counted).books, first)

    base, rows = at(fund), []
    table = fund.assumptions.frame.set_index("parameter")
    for name in fund.assumptions.uncertain:
        assumed = fund.assumptions[name]
        ends = [at(fund.with_assumptions({name: end})) for end in (assumed.low, assumed.high)]
        row = table.loc[name]
        rows.append(
            [name, row["zh"], row["en"], row["unit"], assumed.value, assumed.low, assumed.high, *ends,
             max(abs(end - base) for end in ends), assumed.source, assumed.state]
        )  # fmt: skip
    columns = [
        "parameter", "zh", "en", "unit", "value", "low", "high", "at_low", "at_high", "swing", "source", "state",  # noqa: E501
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns).sort_values("swing", ascending=False, kind="stable")
    return Sensitivity(what, base, frame.reset_index(drop=True))


def stressed(first_year: int) -> tuple[FundScenario, ...]:
    """The shipped stress scenarios with their years counted from the first projected one (`+0`).

    >>> [each.id for each in stressed(2026)]
    ['epidemic', 'recession', 'cost_shock']
    """
    entries = data_yaml("fund", "stress.yaml")
    return tuple(
        FundScenario.of(
            {"id": name, "title": entry["title"], "changes": _dated(entry["changes"], first_year)}
        )
        for name, entry in entries.items()
    )


def _dated(changes: dict[str, Any], first: int) -> dict[str, Any]:
    return {
        name: {first + int(str(year).lstrip("+")): value for year, value in years.items()}
        for name, years in changes.items()
    }
