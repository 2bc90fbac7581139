"""`Valuation`: what a fund looks like over the years under each scenario, with bands."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..errors import ArgumentError
from ..language import both
from .course import MEASURES, Course, light
from .exhibits import bands, first_deficit, present_value, waterfall
from .fund import Fund
from .ledger import FEN
from .record import record
from .valuation_workbook import write_workbook
from .words import OTHERS, fund_table, lines, pots

ALL = "all"


@dataclass(frozen=True, eq=False, repr=False)
class Valuation:
    """The result of `value`. The first course is the baseline.

    `frame` has the point values, `bands` what the draws say, `lines` the books, `people` the members; see
    also `first_deficit`, `present_value`, `dependency`, `waterfall`. Money is in yuan.

    Attributes
    ----------
    fund, years, courses, draws, seed, discount_rates : as `value` was asked
    notes : tuple of (Chinese, English, state of trust)

    Examples
    --------
    >>> import drgsim
    >>> valued = drgsim.value(scenarios="resident_premium=20", years=2)
    >>> valued.scenarios
    ('baseline', 'resident_premium=20')
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

    def first_deficit(self, *, chance: float | None = None) -> pd.DataFrame:
        """scenario, region, pot, current_deficit, reserve_gone: the first year spending exceeds income, and
        the first in which the reserve is below zero; <NA> where there is none within the years valued.

        With draws, `p_deficit` and `p_gone` are the shares of draws in which that happens at all; with
        `chance`, the years are the first by which it has happened in so many draws.

        Examples
        --------
        >>> import drgsim
        >>> valued = drgsim.value(scenarios="resident_premium=20", years=2)
        >>> valued.first_deficit().columns.tolist()
        ['scenario', 'region', 'pot', 'current_deficit', 'reserve_gone']
        """
        return first_deficit(self, chance)

    def present_value(self, rates: tuple[float, ...] | None = None) -> pd.DataFrame:
        """scenario, region, pot, rate, reserve (at the start), balances, present_value, low, high: yearly
        balances without interest, each as in the middle of its year, discounted to the end of the accounts'
        year, and the reserve added; low and high hold nine tenths of the draws (NaN without).

        Parameters
        ----------
        rates : tuple of float, optional
            discount rates a year, 0.035 for 3.5 %; those of the valuation without

        Examples
        --------
        >>> import drgsim
        >>> valued = drgsim.value(scenarios="resident_premium=20", years=2)
        >>> valued.present_value((0.03,))["rate"].unique().tolist()
        [0.03]
        """
        return present_value(self, rates)

    @cached_property
    def bands(self) -> pd.DataFrame:
        """scenario, region, pot, measure, band (level or difference), year, point, median, and low and high
        at 50, 80 and 90 %, with `reason` where median and point differ by more than a tenth of the 90 %
        band.

        `difference` is from the baseline, draw by draw. Raises ArgumentError without draws.
        """
        if not self.draws:
            raise ArgumentError("there are no draws to make bands of", do="value(…, draws=1000, seed=1)")
        return bands(self)

    def waterfall(
        self, scenario: str, *, pot: str | None = None, measure: str = "reserve", year: int | None = None
    ) -> pd.DataFrame:
        """One bar for each change of a scenario, in its order, from the baseline's value to the scenario's.

        `year` is the last unless stated; `pot` the one that moves most. Columns step, zh, en, value (yuan),
        low_90 and high_90 (of each bar, draw by draw; NaN without draws), source, state. They sum exactly:
        baseline + bars = scenario.

        Parameters
        ----------
        scenario : str
            its id
        pot : str, optional
        measure : str
            reserve, balance, income, spending (yuan) or reserve_months
        year : int, optional

        Raises
        ------
        NotFoundError, ArgumentError
            for a scenario, pot, measure or year that is not valued.

        Examples
        --------
        >>> import drgsim
        >>> valued = drgsim.value(scenarios="resident_premium=20", years=2)
        >>> valued.waterfall("resident_premium=20")["step"].tolist()
        ['baseline', 'resident_premium', 'resident_premium=20']
        """
        return waterfall(self, scenario, pot=pot, measure=measure, year=year)

    def to_document(self) -> dict[str, Any]:
        """A record of the inputs and the point results, without draws: see `drgsim.fund.record`.

        Examples
        --------
        >>> import drgsim
        >>> valued = drgsim.value(scenarios="resident_premium=20", years=2)
        >>> sorted(valued.to_document())[:3]
        ['draws', 'drgsim_fund_valuation', 'inputs']
        """
        return record(self)

    def summary(self) -> pd.DataFrame:
        """First deficits and reserve months at the start, after ten years and at the end, by scenario and
        pot.

        Examples
        --------
        >>> import drgsim
        >>> valued = drgsim.value(scenarios="resident_premium=20", years=2)
        >>> valued.summary()["pot"].unique().tolist()
        ['employee_pool', 'resident']
        """
        table = self.first_deficit()
        frame = self.frame
        for year in sorted(
            {
                self.first_year,
                min(self.first_year + 9, self.first_year + self.years - 1),
                self.first_year + self.years - 1,
            }
        ):
            own = frame[frame["year"] == year].set_index(["scenario", "region", "pot"])["reserve_months"]
            keys = list(zip(table["scenario"], table["region"], table["pot"], strict=True))
            table[f"months_{year}"] = [own.get(key, float("nan")) for key in keys]
        return table

    def to_excel(self, path: Any, lang: str | None = None) -> None:
        """Every table as a workbook: see `drgsim.report.valuation_workbook`.

        Parameters
        ----------
        path : str or Path
            file to write; one that is there is replaced when all is written
        lang : "zh" or "en"
            language of headers and sheets; None for the one asked for, else Chinese

        Raises
        ------
        MissingExtraError, WriteError
            without the writer of workbooks; when the file cannot be written.

        Examples
        --------
        >>> import drgsim
        >>> valued = drgsim.value(scenarios="resident_premium=20", years=2)
        >>> from tempfile import TemporaryDirectory
        >>> folder = TemporaryDirectory()
        >>> valued.to_excel(f"{folder.name}/valuation.xlsx", lang="en")
        >>> folder.cleanup()
        """
        write_workbook(self, path, lang)

    def __repr__(self) -> str:
        with_draws = f", {self.draws} draws" if self.draws else ""
        return (
            f"Valuation of {self.fund!r}, {self.first_year} to {self.first_year + self.years - 1}, "
            f"{len(self.courses)} scenarios{with_draws}\n{self.summary().to_string()}"
        )

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{both(zh, en, ' · ')} ({state})</li>" for zh, en, state in self.notes)
        return f"{fund_table(self.summary()).to_html()}<ul>{notes}</ul>"
