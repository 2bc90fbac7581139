"""What was valued: the fund, its years and a course for each scenario, with the tables they hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from ..errors import ArgumentError
from .course import MEASURES, Course, light
from .fund import Fund
from .ledger import FEN
from .words import OTHERS, lines, pots

ALL = "all"


@dataclass(frozen=True, eq=False, repr=False)
class Valued:
    """A fund's years under each scenario. The first course is the baseline. Money is in yuan.

    `Valuation` answers with more: deficits, present values, bands, bars, a workbook.
    """

    fund: Fund
    years: int
    courses: tuple[Course, ...]
    draws: int
    seed: int | None
    discount_rates: tuple[float, ...]
    notes: tuple[tuple[str, str, str], ...] = field(default=())

    @property
    def first_year(self) -> int:
        return self.fund.year + 1

    @property
    def scenarios(self) -> tuple[str, ...]:
        return tuple(course.scenario.id for course in self.courses)

    def course(self, scenario: str | None = None) -> Course:
        """A scenario's course, the baseline's by default; raises ArgumentError.

        Examples
        --------
        >>> import drgsim
        >>> valued = drgsim.value(scenarios="resident_premium=20", years=2)
        >>> valued.course().scenario.id
        'baseline'
        """
        if scenario is None:
            return self.courses[0]
        for course in self.courses:
            if course.scenario.id == scenario:
                return course
        raise ArgumentError(
            "no such scenario in this valuation", got=scenario, allowed=self.scenarios, nearest=self.scenarios
        )

    def named_regions(self) -> list[tuple[str, int | None]]:
        """Names and places of the regions; with several, `all` (place None) last.

        Examples
        --------
        >>> import drgsim
        >>> valued = drgsim.value(scenarios="resident_premium=20", years=2)
        >>> valued.named_regions()
        [('china', 0)]
        """
        names: list[tuple[str, int | None]] = [(each.id, n) for n, each in enumerate(self.fund.regions)]
        return names if len(names) == 1 else [*names, (ALL, None)]

    @cached_property
    def used_pots(self) -> tuple[str, ...]:
        """Pots that hold or move money in some scenario."""
        return tuple(
            pot
            for place, pot in enumerate(pots())
            if any(
                (course.money.income[..., place] != 0).any() or (course.money.reserve[..., place] != 0).any()
                for course in self.courses
            )
        )

    @cached_property
    def frame(self) -> pd.DataFrame:
        """scenario, region, pot, scheme, year, income, spending, balance, reserve, reserve_months, light.

        `light` is red, amber or green by months of reserve (red also when the reserve is gone, amber also
        in a year of deficit), empty for pots without limits.
        """
        tables = []
        for course in self.courses:
            for name, region in self.named_regions():
                for pot in self.used_pots:
                    place = list(pots()).index(pot)
                    table = pd.DataFrame(
                        {m: course.money.measure(m, region, place)[0] for m in MEASURES},
                    )
                    table.insert(0, "year", np.arange(self.first_year, self.first_year + self.years))
                    table.insert(0, "scheme", pots()[pot].scheme)
                    table.insert(0, "pot", pot)
                    table.insert(0, "region", name)
                    table.insert(0, "scenario", course.scenario.id)
                    table["light"] = [
                        light(pot, *row) for row in zip(table["balance"], table["reserve"], table["reserve_months"], strict=True)  # noqa: E501
                    ]  # fmt: skip
                    tables.append(table)
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """scenario, region, pot, line, side, zh, en, year, amount (yuan, whole fen): lines that move."""
        tables = []
        for course in self.courses:
            money = course.point.books.money[0]
            for number, region in enumerate(self.fund.regions):
                for place, what in enumerate(lines().values()):
                    if money[number, :, place].any():
                        tables.append(
                            pd.DataFrame(
                                {
                                    "scenario": course.scenario.id, "region": region.id, "pot": what.pot,
                                    "line": what.name, "side": what.side, "zh": what.zh, "en": what.en,
                                    "year": np.arange(self.first_year, self.first_year + self.years),
                                    "amount": money[number, :, place] / FEN,
                                }
                            )
                        )  # fmt: skip
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def others(self) -> pd.DataFrame:
        """scenario, region, who, zh, en, year, amount (yuan): money outside the funds that the scenario's
        levers move, positive for what somebody pays more or keeps less; empty when there is none."""
        rows = [
            [course.scenario.id, plan.region.id, who, *OTHERS[who], self.first_year + place, float(yuan)]
            for course in self.courses
            for plan in course.point.plans
            for who, path in plan.others.items()
            for place, yuan in enumerate(path[0])
        ]
        return pd.DataFrame(rows, columns=["scenario", "region", "who", "zh", "en", "year", "amount"])

    @cached_property
    def people(self) -> pd.DataFrame:
        """scenario, region, year (from the accounts' one), and heads and indexes of the account of people."""
        tables = []
        for course in self.courses:
            for region in self.fund.regions:
                sums = course.point.people[region.id].sums
                table = pd.DataFrame({name: values[0] for name, values in sums.items()})
                table.insert(0, "year", np.arange(self.fund.year, self.fund.year + self.years + 1))
                table.insert(0, "region", region.id)
                table.insert(0, "scenario", course.scenario.id)
                tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def dependency(self) -> pd.DataFrame:
        """scenario, region, year, active_per_retired, aged_per_working.

        Examples
        --------
        >>> import drgsim
        >>> valued = drgsim.value(scenarios="resident_premium=20", years=2)
        >>> valued.dependency().columns.tolist()
        ['scenario', 'region', 'year', 'active_per_retired', 'aged_per_working']
        """
        table = self.people[["scenario", "region", "year"]].copy()
        table["active_per_retired"] = self.people["active"] / self.people["retired"]
        table["aged_per_working"] = self.people["aged"] / self.people["working"]
        return table
