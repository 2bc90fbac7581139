"""How well valuations of past days would have answered: the same rules, with what was known then.

From each start year's accounts, on the last day of August after it, the next years are valued and put beside
what was published later. Simple benchmarks stand beside. Nothing known later than that day is used
(`drgsim.fund.series.Known`).
"""

from __future__ import annotations

import csv
import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from .._paths import data_path
from .._rows import rows_of
from ..errors import ArgumentError
from ..language import Language
from ..words import words
from .accounts import national_totals
from .course import LEVELS
from .fund import Fund
from .series import NATION, Known
from .valuation import Valuation
from .value import value
from .words import fund_table, pots

TIANJIN = "tianjin (inferred)"
STARTS = tuple(range(2017, 2025))
POTS = {"employee": ("employee_pool", "employee_accounts"), "resident": ("resident",)}
SIDES = {"income": "income", "spending": "expenditure"}
SINGLE = "maternity"  # a pot the employee pool pays: its money is inside the pool's


@dataclass(frozen=True, eq=False, repr=False)
class BackTest:
    """`frame`: place, start, as_of, scheme, measure, ahead, year, forecast, actual, error (share), and
    hit_50, hit_80, hit_90 with the 90 % band; last_growth and mean_growth, the errors of repeating the last
    year's growth and the mean of three; break_zh and break_en, the dated breaks between start and target."""

    frame: pd.DataFrame
    draws: int
    seed: int

    @cached_property
    def misses(self) -> pd.DataFrame:
        """Targets outside the 90 % band."""
        return self.frame[~self.frame["hit_90"]]

    def summary(self) -> pd.DataFrame:
        """By place, scheme, measure and years ahead: how many, mean absolute error, the benchmarks',
        coverage, and all of it again for targets without a known break between (rows `without breaks`)."""
        tables = []
        for label, own in (("all", self.frame), ("without breaks", self.frame[self.frame["break_en"] == ""])):
            grouped = own.assign(
                error=own["error"].abs(), last_growth=own["last_growth"].abs(), mean_growth=own["mean_growth"].abs()  # noqa: E501
            ).groupby(["place", "scheme", "measure", "ahead"], sort=False)  # fmt: skip
            table = grouped[["error", "last_growth", "mean_growth", "hit_50", "hit_80", "hit_90"]].mean()
            table.insert(0, "targets", grouped.size())
            tables.append(table.reset_index().assign(of=label))
        return pd.concat(tables, ignore_index=True)

    def to_markdown(self, lang: Language = "en") -> str:
        """The table as the documentation shows it."""
        zh = lang == "zh"
        heads = (
            "地区",
            "起算年",
            "制度",
            "指标",
            "年度",
            "预测（亿元）",
            "公布（亿元）",
            "误差",
            "90% 区间",
            "期间断点",
        )
        if not zh:
            heads = ("place", "from", "scheme", "measure", "year", "forecast 1e8", "published 1e8", "error",
                     "90 % band", "breaks between")  # fmt: skip
        rows = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
        for row in rows_of(self.frame):
            names = (row.place, row.scheme, row.measure)
            place, scheme, measure = map(_chinese, names) if zh else names
            hit = ("命中" if zh else "hit") if row.hit_90 else ("**未中**" if zh else "**miss**")
            breaks = row.break_zh if zh else row.break_en
            rows.append(
                f"| {place} | {row.start} | {scheme} | {measure} | {row.year} | {row.forecast / 1e8:,.0f} "
                f"| {row.actual / 1e8:,.0f} | {row.error:+.1%} | {hit} | {breaks} |"
            )
        return "\n".join(rows)

    def __repr__(self) -> str:
        return f"BackTest of {len(self.frame)} targets, {self.draws} draws\n{self.summary().to_string()}"

    def _repr_html_(self) -> str:
        return str(fund_table(self.summary()).to_html())


def back_test(
    places: Iterable[str] = (NATION, TIANJIN),
    *,
    starts: Sequence[int] = STARTS,
    ahead: int = 3,
    draws: int = 500,
    seed: int = 1,
) -> BackTest:
    """Value from each start year and compare with what came.

    Parameters
    ----------
    starts : years whose accounts are the last known.
    ahead : years projected from each, where later accounts are published.

    Raises ArgumentError for a place without yearly figures or years out of bounds.

    Examples
    --------
    >>> from drgsim import back_test
    >>> back_test(starts=[2023], ahead=1, draws=2).frame["start"].unique().tolist()
    [2023]
    """
    if not 1 <= ahead <= 10:
        raise ArgumentError("so many years ahead cannot be tested", got=ahead, allowed="1 to 10")
    rows: list[dict[str, Any]] = []
    for place in places:
        actual = {side: national_totals(Known(), word, place=place) for side, word in SIDES.items()}
        years = {year for side in actual.values() for scheme in side.values() for year in scheme}
        if not years:
            raise ArgumentError("no yearly accounts of this place", got=place, nearest=(NATION, TIANJIN))
        for start in starts:
            as_of = day_of(start)
            fund = Fund.place(place, as_of=as_of)
            if fund.year != start or start + 1 > max(years):
                continue
            span = min(ahead, max(years) - start)
            valued = value(fund, years=span, draws=draws, seed=seed)
            rows += _rows(valued, place, start, as_of, actual)
    if not rows:
        raise ArgumentError(
            "no year can be tested", got=list(starts), allowed=f"{min(years)} to {max(years) - 1}"
        )
    return BackTest(pd.DataFrame(rows), draws, seed)


def day_of(start: int) -> datetime.date:
    """The day of a valuation on the accounts of a year: its bulletin and the new standards are out."""
    return datetime.date(start + 1, 8, 31)


def _rows(
    valued: Valuation, place: str, start: int, as_of: datetime.date, actual: dict[str, Any]
) -> list[dict[str, Any]]:
    rows = []
    course = valued.courses[0]
    assert course.drawn is not None
    for scheme, members in POTS.items():
        for measure in SIDES:
            series = actual[measure][scheme]
            for step in range(valued.years):
                year = start + 1 + step
                if year not in series:
                    continue
                at = [list(pots()).index(pot) for pot in members]
                forecast = sum(float(course.money.measure(measure, None, each)[0, step]) for each in at)
                drawn = sum(
                    (course.drawn.measure(measure, None, each)[:, step] for each in at),
                    np.zeros(valued.draws),
                )
                row = {
                    "place": place, "start": start, "as_of": as_of, "scheme": scheme, "measure": measure,
                    "ahead": step + 1, "year": year, "forecast": forecast, "actual": series[year],
                    "error": forecast / series[year] - 1,
                }  # fmt: skip
                for level in LEVELS:
                    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
                    row[f"hit_{level * 100:.0f}"] = bool(low <= series[year] <= high)
                row |= {"low_90": low, "high_90": high}
                row |= _benchmarks(place, as_of, scheme, measure, start, year, series[year])
                row["break_zh"], row["break_en"] = breaks_between(place, scheme, start, year)
                rows.append(row)
    return rows


def _benchmarks(
    place: str, as_of: datetime.date, scheme: str, measure: str, start: int, year: int, came: float
) -> dict[str, float]:
    """Errors of last growth repeated, and of the mean growth of three years, from what was known."""
    known = national_totals(Known(as_of), SIDES[measure], place=place)[scheme]
    found = {}
    for name, span in (("last_growth", 1), ("mean_growth", 3)):
        if start - span in known:
            growth = (known[start] / known[start - span]) ** (1 / span)
            found[name] = known[start] * growth ** (year - start) / came - 1
        else:
            found[name] = math.nan
    return found


def breaks_between(place: str, scheme: str, start: int, year: int) -> tuple[str, str]:
    """(zh, en): the dated breaks of a series after its start year and up to the target."""
    short = place.partition(" ")[0]
    with data_path("fund", "breaks.csv").open(encoding="utf-8", newline="") as file:
        own = [
            row
            for row in csv.DictReader(file)
            if row["place"] == short and row["scheme"] == scheme and start < int(row["year"]) <= year
        ]
    return tuple("; ".join(f"{row['year']} {row[lang]}" for row in own) for lang in ("zh", "en"))  # type: ignore[return-value]


def _chinese(name: str) -> str:
    found = words().get(f"table.{name}") or words().get(name)
    return name if found is None else found.zh
