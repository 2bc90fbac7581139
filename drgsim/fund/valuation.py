"""`Valuation`: what a fund looks like over the years under each scenario, with bands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from ..errors import ArgumentError
from ..language import both
from ..words import word_in
from .exhibits import bands, first_deficit, present_value, waterfall
from .record import record
from .valuation_workbook import write_workbook
from .valued import Valued
from .words import fund_table


@dataclass(frozen=True, eq=False, repr=False)
class Valuation(Valued):
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
        """Every table as a workbook, one a sheet, with the accounts and assumptions they come from.

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
        write_workbook(self._sheets(), path, lang)

    def _sheets(self) -> dict[tuple[str, str], pd.DataFrame]:
        """The tables of the workbook by their Chinese and English names."""
        accounts = [region.accounts.frame.assign(region=region.id) for region in self.fund.regions]
        sheets: dict[tuple[str, str], pd.DataFrame] = {
            ("概要", "summary"): self.summary(),
            ("基金", "funds"): self.frame,
            ("收支明细", "lines"): self.lines,
            ("人口与参保", "people"): self.people,
            ("抚养比", "dependency"): self.dependency(),
            ("现值", "present value"): self.present_value(),
            ("起始年对账", "start year"): pd.concat(accounts),
            ("假设", "assumptions"): self.fund.assumptions.frame,
            ("说明", "notes"): pd.DataFrame(self.notes, columns=["zh", "en", "state"]),
        }
        if self.draws:
            sheets["区间", "bands"] = self.bands
        for course in self.courses[1:]:
            if course.scenario.order:
                name = course.scenario.id[:20].translate(str.maketrans("[]:*?/\\", "       "))
                zh = f"分解 {word_in(name, 'scenario')}"
                sheets[zh, f"bars {name}"] = self.waterfall(course.scenario.id)
        return sheets

    def __repr__(self) -> str:
        with_draws = f", {self.draws} draws" if self.draws else ""
        return (
            f"Valuation of {self.fund!r}, {self.first_year} to {self.first_year + self.years - 1}, "
            f"{len(self.courses)} scenarios{with_draws}\n{self.summary().to_string()}"
        )

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{both(zh, en, ' · ')} ({state})</li>" for zh, en, state in self.notes)
        return f"{fund_table(self.summary()).to_html()}<ul>{notes}</ul>"
