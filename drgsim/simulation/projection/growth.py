"""The indices of a projection: how much of everything there is in each year, the base year being 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...settlement.budgets import INSURANCES
from ..scenario.assumption_values import age_bands
from ..scenario.assumptions import Assumptions

Floats = npt.NDArray[np.float64]
# (name, year, insurance, band) -> (draws,): the value of an assumption in each draw
Draw = Callable[[str, int, str, str], Floats]

UNKNOWN_BAND = ""


def band_names() -> tuple[str, ...]:
    """The age bands a projection tells apart; the first stands for stays whose age is not known."""
    return (UNKNOWN_BAND, *age_bands())


@dataclass(frozen=True, slots=True)
class Growth:
    """Indices against the base year, which is the first of `years` and all ones.

    Attributes
    ----------
    years : the base year and those after it
    insured, rate : (insurances, bands, years, draws)
    mix, unit_cost, price : (insurances, years, draws); `mix` moves cost and price alike, `price` follows
        `unit_cost` with a lag and in part
    income, other_spending, budget : (insurances, years, draws)
    """

    years: tuple[int, ...]
    insured: Floats
    rate: Floats
    mix: Floats
    unit_cost: Floats
    price: Floats
    income: Floats
    other_spending: Floats
    budget: Floats

    @property
    def stays(self) -> Floats:
        """(insurances, bands, years, draws) number of stays."""
        return self.insured * self.rate

    @property
    def money(self) -> Floats:
        """(insurances, years, draws) amounts of a stay whose cost has moved with prices."""
        return self.mix * self.price

    @property
    def relative_cost(self) -> Floats:
        """(insurances, years, draws) cost of a stay against its price."""
        return self.unit_cost / self.price


def growth(assumptions: Assumptions, base_year: int, years: int, *, draw: Draw | None = None) -> Growth:
    """The indices of the base year and `years` more; central values, or those of every draw.

    Prices follow unit cost: in the year t, with a lag of n years and a pass-through of s, they stand at the
    unit-cost index of t - n to the power s; before the base year prices and costs are taken to be in step.

    >>> rising = Assumptions.load({"unit_cost_growth": 0.1, "reweighting_lag": 1})
    >>> growth(rising, 2025, 3).relative_cost[0, :, 0].round(3).tolist()
    [1.0, 1.1, 1.1, 1.1]
    """
    value = draw or _central(assumptions)
    span = tuple(range(base_year, base_year + years + 1))
    bands = band_names()

    def by_band(name: str) -> Floats:
        rows = [[_index(value, name, span, each, band) for band in bands] for each in INSURANCES]
        return np.array(rows)

    def by_insurance(name: str) -> Floats:
        return np.array([_index(value, name, span, each, UNKNOWN_BAND) for each in INSURANCES])

    unit_cost = by_insurance("unit_cost_growth")
    return Growth(
        span,
        by_band("insured_growth"),
        by_band("rate_growth"),
        by_insurance("mix_growth"),
        unit_cost,
        np.array([_prices(value, span, own) for own in unit_cost]),
        by_insurance("income_growth"),
        by_insurance("other_spending_growth"),
        by_insurance("budget_growth"),
    )


def _central(assumptions: Assumptions) -> Draw:
    def value(name: str, year: int, insurance: str, band: str) -> Floats:
        return np.array([assumptions.value(name, year, insurance=insurance, band=band)])

    return value


def _index(value: Draw, name: str, span: Sequence[int], insurance: str, band: str) -> Floats:
    """(years, draws) compound growth."""
    steps = [1.0 + value(name, year, insurance, band) for year in span[1:]]
    first = np.ones_like(value(name, span[0], insurance, band))
    return np.cumprod(np.array([first, *steps]), axis=0)


def _prices(value: Draw, span: Sequence[int], unit_cost: Floats) -> Floats:
    """(years, draws) the price index behind a unit-cost index; a lag between two years lies between them."""
    log_cost = np.log(unit_cost)
    found = np.ones_like(unit_cost)
    for place, year in enumerate(span[1:], start=1):
        at = np.maximum(place - value("reweighting_lag", year, "", UNKNOWN_BAND), 0.0)
        before = np.minimum(at.astype(np.int64), place)
        after = np.minimum(before + 1, place)
        draws = np.arange(unit_cost.shape[1]) if len(at) > 1 else np.zeros(1, np.int64)
        logs = log_cost[before, draws] + (at - before) * (log_cost[after, draws] - log_cost[before, draws])
        found[place] = np.exp(logs * value("pass_through", year, "", UNKNOWN_BAND))
    return found
