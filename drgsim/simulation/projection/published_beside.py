"""What was simulated beside what was published, like with like, with the gap between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...published import Figure, measures, series
from ...settlement.budgets import INSURANCES
from ...sources import STATES
from .frame import ALL
from .funds import POOLED

if TYPE_CHECKING:
    from .projection import Projection

Fen = npt.NDArray[np.int64]

COLUMNS = (
    "measure", "title_zh", "title_en", "insurance", "year", "simulated", "published", "gap", "unit",
    "published_year", "source", "state",
)  # fmt: skip
GROWTH = ".growth"
_SHARE = "share"


@dataclass(frozen=True, slots=True)
class _Beside:
    """One simulated number; `growth` compares it with the growth of the figure since the year before."""

    measure: str
    insurance: str
    year: int
    simulated: float
    growth: bool = False


def published_beside(
    cases: pd.DataFrame, ledger: Mapping[str, Fen], year: int, projection: Projection | None = None
) -> pd.DataFrame:
    """A row for each published figure that the simulation has a counterpart of.

    Parameters
    ----------
    cases : the stays of the baseline, with insurance, and los and in_scope where known.
    ledger : their money, (stays,) fen: total_cost, fund_by_item and other_payers. The fund's shares compare
        what bills give item by item, as the published ones do, whatever hospitals are paid by.
    year : the year of the cases.
    projection : its first scenario's growth stands beside published growth, year by year where that is
        published and else in the first year beside the last published; hospitalisation rates and reserve
        months only where insured persons and funds were given, because derived ones would repeat the
        published figure.

    Returns
    -------
    DataFrame with measure, title_zh, title_en, insurance, year (simulated), simulated, published, gap, unit,
    published_year (the nearest there is; titles say it where it is another), source, state. `gap` is
    simulated over published less one; where the unit is `share`, it is the difference.
    """
    found = [*_of_cases(cases, ledger, year)]
    if projection is not None:
        found += [*_of_base_year(projection), *_of_growth(projection)]
    rows = [row for each in found if np.isfinite(each.simulated) for row in _rows(each)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_cases(cases: pd.DataFrame, ledger: Mapping[str, Fen], year: int) -> Iterator[_Beside]:
    kinds = cases["insurance"].to_numpy(dtype=object)
    booked = ledger["fund_by_item"] + ledger["other_payers"]
    priced = ledger["total_cost"] > 0  # a stay that cannot be paid has no cost here, and lowers no mean
    for insurance in INSURANCES:
        own = (kinds == insurance) & priced
        if not own.any():
            continue
        cost, paid = float(ledger["total_cost"][own].sum()), float(booked[own].sum())
        yield _Beside("mean_inpatient_cost", insurance, year, cost / 100 / own.sum())
        if cost:
            yield _Beside("actual_fund_share", insurance, year, paid / cost)
        if "los" in cases.columns:
            days = _numbers(cases["los"])[kinds == insurance]
            stated = days[np.isfinite(days)]
            if len(stated):
                yield _Beside("mean_stay", insurance, year, float(np.mean(stated)))
        if "in_scope" in cases.columns:
            in_scope = _numbers(cases["in_scope"])[own]
            known = np.isfinite(in_scope)
            if in_scope[known].sum() > 0:
                share = float(booked[own][known].sum()) / 100 / in_scope[known].sum()
                yield _Beside("in_scope_fund_share", insurance, year, share)


def _of_base_year(projection: Projection) -> Iterator[_Beside]:
    for insurance, own in _courses(projection):
        start = {name: _numbers(own[name])[0] for name in ("insured", "cases", "reserve_months")}
        if projection.insured.is_measured and start["insured"] > 0:
            rate = float(start["cases"] / start["insured"])
            yield _Beside("hospitalisation_rate", insurance, projection.base_year, rate)
        if projection.opening.state != "assumed":
            yield _Beside("reserve_months", insurance, projection.base_year, float(start["reserve_months"]))


def _of_growth(projection: Projection) -> Iterator[_Beside]:
    for insurance, own in _courses(projection):
        income, spending = POOLED[insurance]
        growing = {
            "insured": own["insured"],
            "discharges": own["cases"],
            "inpatient_cost": own["inpatient_cost"],
            income: own["income"],
            spending: own["inpatient_fund"] + own["other_spending"],
        }
        for measure, values in growing.items():
            growth = values.pct_change().to_numpy(np.float64)
            years = projection.courses[0].growth.years
            for year in _comparable(series(measure, insurance=insurance), years[1:]):
                yield _Beside(measure, insurance, year, float(growth[years.index(year)]), growth=True)


def _comparable(published: Mapping[int, Figure], years: tuple[int, ...]) -> tuple[int, ...]:
    """The years whose own growth is published; if none is, the first, to stand beside the nearest."""
    own = tuple(year for year in years if year in published and year - 1 in published)
    return own or years[:1]


def _courses(projection: Projection) -> Iterator[tuple[str, pd.DataFrame]]:
    """The baseline's rows of all regions together, by insurance, indexed by year."""
    table = projection.frame
    table = table[(table["scenario"] == projection.courses[0].scenario) & (table["region"] == ALL)]
    for insurance in INSURANCES:
        own = table[table["insurance"] == insurance].set_index("year")
        if len(own):
            yield insurance, own


def _rows(beside: _Beside) -> Iterator[dict[str, object]]:
    """One row, or none when nothing like it was published."""
    published = series(beside.measure, insurance=beside.insurance)
    years = [year for year in published if not beside.growth or year - 1 in published]
    if not years:
        return
    nearest = min(years, key=lambda year: (abs(year - beside.year), -year))
    figure, measure = published[nearest], measures()[beside.measure]
    amount, state = figure.amount, figure.state
    if beside.growth:
        amount, state = _growth(published, nearest)
    unit = _SHARE if beside.growth else measure.unit
    said = (f"(公布值为{nearest}年)", f" (published for {nearest})")
    other_year = said if nearest != beside.year else ("", "")
    yield {
        "measure": beside.measure + (GROWTH if beside.growth else ""),
        "title_zh": measure.zh + ("(比上年增长)" if beside.growth else "") + other_year[0],
        "title_en": measure.en + (", growth on the year before" if beside.growth else "") + other_year[1],
        "insurance": beside.insurance,
        "year": beside.year,
        "simulated": beside.simulated,
        "published": amount,
        "gap": beside.simulated - amount if unit == _SHARE else beside.simulated / amount - 1,
        "unit": unit,
        "published_year": nearest,
        "source": figure.source,
        "state": state,
    }


def _growth(published: Mapping[int, Figure], year: int) -> tuple[float, str]:
    """Growth on the year before, and the lesser of the two figures' trust."""
    last, before = published[year], published[year - 1]
    return last.amount / before.amount - 1, max(last.state, before.state, key=STATES.index)


def _numbers(column: pd.Series) -> npt.NDArray[np.float64]:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)
