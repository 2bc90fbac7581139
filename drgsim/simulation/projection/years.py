"""One scenario's funds over the years, and what that asks of the world: cells of paid stays."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from ...settlement.budgets import INSURANCES
from ..scenario.steps import steps_of
from .cells import Cells, Fund, FundMoney, StatedRules, grown_budgets, settled
from .growth import Growth

if TYPE_CHECKING:
    import pandas as pd

    from ..scenario.scenario import Scenario


class PaidWorld(Protocol):
    """The cases of the base year, paid by need; `drgsim.simulation.world.world.World` is one.

    `cells` gives what funds and hospitals get before the clearing by care region, insured region, insurance,
    hospital and age band, with the measures of `drgsim.settlement.statistics` (int64; money in fen).
    """

    @property
    def year(self) -> int: ...

    @property
    def budgets(self) -> pd.DataFrame: ...

    @property
    def given_budgets(self) -> pd.DataFrame | None: ...

    def rules(
        self, scenario: Scenario, steps: Iterable[str] | None = None, *, year: int | None = None
    ) -> StatedRules: ...

    def cells(
        self, scenario: Scenario, steps: Iterable[str] | None, relative_cost: Mapping[str, float], year: int
    ) -> pd.DataFrame: ...


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


_DIGITS = 6  # of a relative cost; two that agree so far are paid once
_KEPT = 64  # tables of cells kept at a time; a few megabytes each


@dataclass(frozen=True, slots=True)
class Drivers:
    """What moves a year: (insurances, bands) stays; (insurances,) money a stay, relative cost, budget."""

    stays: Floats
    money: Floats
    relative_cost: Floats
    budget: Floats

    @classmethod
    def of(cls, growth: Growth, place: int) -> Drivers:
        """The central values of a year of `growth` (its first draw)."""
        return cls(
            growth.stays[:, :, place, 0],
            growth.money[:, place, 0],
            growth.relative_cost[:, place, 0],
            growth.budget[:, place, 0],
        )


class PaidYears:
    """Pays a world's cases for the years asked for; what was paid already is not paid again."""

    def __init__(self, world: PaidWorld) -> None:
        self.world = world
        self.payments = 0  # how often the cases were paid
        self._cells: dict[Hashable, Cells] = {}

    def cells(
        self, scenario: Scenario, taken: Sequence[str], relative_cost: Mapping[str, float], year: int
    ) -> Cells:
        """The world's cells; equal rules and equal relative cost are paid once."""
        rounded = {name: round(float(factor), _DIGITS) for name, factor in relative_cost.items()}
        key = (self.world.rules(scenario, taken, year=year).key, tuple(sorted(rounded.items())))
        if key not in self._cells:
            self._cells[key] = Cells.of(self.world.cells(scenario, taken, rounded, year))
            self.payments += 1
            while len(self._cells) > _KEPT:
                del self._cells[next(iter(self._cells))]
        return self._cells[key]

    def money(self, scenario: Scenario, year: int, drivers: Drivers, funds: Sequence[Fund]) -> FundMoney:
        """What the year comes to for each of `funds`, phase-in included; money in whole fen."""
        total: FundMoney | None = None
        relative = dict(zip(INSURANCES, drivers.relative_cost, strict=True))
        for taken, weight in blend(steps_of(scenario), year):
            rules = self.world.rules(scenario, taken, year=year)
            floats = any(policy["settlement.point_value"] == "floating" for policy in rules.each)
            budgets = grown_budgets(self.world.budgets, drivers.budget) if floats else None
            cells = self.cells(scenario, taken, relative, year).scaled(drivers.stays, drivers.money)
            part = settled(cells, rules, funds, budgets).times(weight)
            total = part if total is None else total.plus(part)
        assert total is not None  # the weights of a path add to 1
        return FundMoney(
            total.stays, np.rint(total.cost), np.rint(total.spent), total.booked, np.rint(total.beside)
        )


class Arriving(Protocol):
    """A step of a scenario: its name, and how much of it has arrived in a year."""

    @property
    def name(self) -> str: ...

    def share(self, year: int) -> float: ...


def blend(steps: Sequence[Arriving], year: int) -> list[tuple[tuple[str, ...], float]]:
    """Sets of steps to pay for, and the weight of each; the weights add to 1.

    With V_k the money after the first k steps and s_k the share of step k, the year's money is
    V_0 + Σ s_k (V_k - V_{k-1}). States of weight 0 are left out, so a scenario whose steps are all whole is
    paid once.

    >>> from ..scenario.phase_in import PhaseIn
    >>> from ..scenario.steps import Step
    >>> path = [Step("a", {}, "mechanical"), Step("b", {}, "mechanical", phase_in=PhaseIn(2027, 4, "linear"))]
    >>> blend(path, 2027)
    [(('a',), 0.75), (('a', 'b'), 0.25)]
    """
    names = [step.name for step in steps]
    shares = [1.0, *(step.share(year) for step in steps), 0.0]
    weights = [shares[place] - shares[place + 1] for place in range(len(shares) - 1)]
    return [(tuple(names[:place]), weight) for place, weight in enumerate(weights) if weight != 0.0]
