"""The band of a projection that comes from not knowing the assumptions: draws of all of them at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import ArgumentError
from ...settlement.budgets import INSURANCES
from ..projection.cells import Fund, codes
from ..projection.frame import ALL, groups
from ..projection.growth import Draw, Growth, growth
from ..projection.projection import Projection
from ..projection.years import Course, Drivers, PaidYears, reserves
from ..scenario.assumption_values import catalogue
from ..scenario.assumptions import Assumptions

if TYPE_CHECKING:
    from ..scenario.scenario import Scenario

Floats = npt.NDArray[np.float64]

MEASURES = ("inpatient_fund", "balance", "reserve")
PERCENTILES = (5.0, 50.0, 95.0)
_BOUNDS = ("low", "middle", "high")
_KEYS = ("scenario", "region", "insurance", "year")


@dataclass(frozen=True, eq=False)
class DrawnCourse:
    """One scenario in every draw: (funds, years, draws) fen."""

    inpatient_fund: Floats
    balance: Floats
    reserve: Floats


@dataclass(frozen=True, eq=False, repr=False)
class ParameterBand:
    """Every scenario of a projection in every draw of the assumptions, under common draws.

    `levels` bands the scenarios themselves, `differences` what each differs by from the baseline in the same
    draw. Bands hold 90 % of the draws; they say nothing about sampling.
    """

    projection: Projection
    draws: int
    seed: int
    courses: tuple[DrawnCourse, ...]

    def levels(self) -> pd.DataFrame:
        """scenario, region, insurance, year, measure, low, middle, high; yuan.

        Measures are inpatient_fund, balance and reserve; the last two are not there where the insurance is
        `all`, because employee and resident funds never mix.
        """
        return self._levels.copy()

    def differences(self) -> pd.DataFrame:
        """The same table of what each scenario differs by from the baseline, the baseline left out."""
        base = self.courses[0]
        gaps = [
            DrawnCourse(*(getattr(each, name) - getattr(base, name) for name in MEASURES))
            for each in self.courses[1:]
        ]
        return self._table(gaps, MEASURES, first=1)

    @cached_property
    def _levels(self) -> pd.DataFrame:
        return self._table(self.courses, MEASURES)

    def beside(self) -> pd.DataFrame:
        """The projection's frame with `<measure>_low` and `<measure>_high` of inpatient_fund, balance and
        reserve."""
        return self._beside.copy()

    @cached_property
    def _beside(self) -> pd.DataFrame:
        """Page, workbook and record ask for it many times over."""
        table = self.projection.frame
        levels = self._levels.pivot_table(index=list(_KEYS), columns="measure", values=["low", "high"])
        levels.columns = ["_".join(reversed(words)) for words in levels.columns.to_flat_index()]
        ordered = [f"{measure}_{bound}" for measure in MEASURES for bound in ("low", "high")]
        return table.merge(levels[ordered].reset_index(), on=list(_KEYS), how="left", sort=False)

    def _table(self, courses: Sequence[DrawnCourse], measures: Sequence[str], first: int = 0) -> pd.DataFrame:
        years = self.projection.courses[0].growth.years
        columns: dict[str, list[Any]] = {name: [] for name in (*_KEYS, "measure", *_BOUNDS)}
        rows = [
            (region, insurance, places, name)
            for region, insurance, places in groups(self.projection.funds)
            for name in measures
            if insurance != ALL or name == "inpatient_fund"
        ]
        for course, drawn in zip(self.projection.courses[first:], courses, strict=True):
            sums = [getattr(drawn, name)[places].sum(axis=0) for *_, places, name in rows]
            bounds = np.percentile(np.array(sums), PERCENTILES, axis=-1) / 100  # all at once: mostly overhead
            for place, (region, insurance, _, name) in enumerate(rows):
                words = (course.scenario, region, insurance, name)
                for key, word in zip((*_KEYS[:3], "measure"), words, strict=True):
                    columns[key] += [word] * len(years)
                columns["year"] += years
                for key, bound in zip(_BOUNDS, bounds[:, place], strict=True):
                    columns[key] += bound.tolist()
        return pd.DataFrame(columns)

    def __repr__(self) -> str:
        return f"ParameterBand({self.draws} draws, seed {self.seed}) of {self.projection!r}"


def parameter_band(
    paid: PaidYears,
    scenarios: Sequence[Scenario],
    projection: Projection,
    *,
    draws: int = 1_000,
    seed: int = 0,
) -> ParameterBand:
    """Draw all assumptions and carry the funds on in each draw, without paying the cases again each time.

    Parameters
    ----------
    paid, scenarios : what the projection was made with.
    draws : how many; their positions are those of a Latin hypercube, the same for every scenario, and values
        triangular between low, central value and high.
    seed : decides the draws.

    The spending of a fund in a draw is the central one times powers of what moves it: stays by age and money
    a stay, cost against price, and budget. The exponents are measured in the last projected year (see
    `elasticity`); a draw at the central values gives the projection itself.

    Raises ArgumentError when there are no draws or the scenarios are not those of the projection.
    """
    if draws < 1:
        raise ArgumentError("a band needs draws", got=draws, allowed="1 or more")
    ids = [each.id for each in scenarios]
    if ids != [each.scenario for each in projection.courses]:
        raise ArgumentError(
            "the scenarios are not those of the projection",
            got=ids,
            allowed=[each.scenario for each in projection.courses],
        )
    positions = ParameterDraws(draws, seed=seed)
    courses = []
    for scenario, course in zip(scenarios, projection.courses, strict=True):
        answers = measure(paid, scenario, course, projection.funds)
        years = len(course.growth.years) - 1
        drawn = growth(
            scenario.assumptions, projection.base_year, years, draw=positions.of(scenario.assumptions)
        )
        courses.append(_drawn(course, drawn, answers, projection))
    return ParameterBand(projection, draws, seed, tuple(courses))


def _drawn(course: Course, drawn: Growth, answers: Elasticity, projection: Projection) -> DrawnCourse:
    kind = codes([each for _, each in projection.funds], INSURANCES)
    central = course.growth
    logs = (
        answers.scale[:, None, None]
        * np.log(_moved(_scale(course, drawn, kind), _scale(course, central, kind)))
        + answers.relative_cost[:, None, None] * np.log(drawn.relative_cost / central.relative_cost)[kind]
        + answers.budget[:, None, None] * np.log(drawn.budget / central.budget)[kind]
    )
    spent = course.spent[:, :, None] * np.exp(logs)
    income = projection.opening.income[:, None, None] * drawn.income[kind]
    other = projection.opening.other_spending[:, None, None] * drawn.other_spending[kind]
    by_draw = (np.moveaxis(each, 1, 2) for each in (income, spent, other))
    opening = np.broadcast_to(projection.opening.reserve[:, None], (len(kind), spent.shape[2]))
    return DrawnCourse(spent, income - spent - other, np.moveaxis(reserves(opening, *by_draw), 2, 1))


def _moved(drawn: Floats, central: Floats) -> Floats:
    """A draw over the central value; a fund without money stands still."""
    return np.divide(
        drawn, central, out=np.ones(drawn.shape), where=np.broadcast_to(central > 0, drawn.shape)
    )


def _scale(course: Course, index: Growth, kind: npt.NDArray[np.int64]) -> Floats:
    """(funds, years, draws) stays, weighted by what each age band is booked, times money a stay."""
    weight = course.booked / _last_stays(course, kind)
    stays = np.stack(
        [np.tensordot(row, index.stays[each], axes=1) for row, each in zip(weight, kind, strict=True)]
    )
    return stays * index.money[kind]


def _last_stays(course: Course, kind: npt.NDArray[np.int64]) -> Floats:
    """(funds, bands) the stays index of the last year, by which `booked` has grown."""
    return course.growth.stays[kind, :, -1, 0]


STEP = 0.05  # by how much a driver is moved


@dataclass(frozen=True, slots=True)
class Elasticity:
    """(funds,) percent of spending for each percent of: stays or money a stay, relative cost, budget."""

    scale: Floats
    relative_cost: Floats
    budget: Floats


def measure(paid: PaidYears, scenario: Scenario, course: Course, funds: tuple[Fund, ...]) -> Elasticity:
    """The answers in the last year of a course, everything else as it is there.

    Only relative cost needs the cases to be paid again, once for each state of the rules in force that year.
    A fund that spends nothing answers nothing.
    """
    last = len(course.growth.years) - 1
    year, at = course.growth.years[last], Drivers.of(course.growth, last)
    more = 1 + STEP

    def answer(moved: Drivers) -> Floats:
        spent = paid.money(scenario, year, moved, funds).spent
        before = course.spent[:, last]
        defined = (spent > 0) & (before > 0)
        ratio = np.divide(spent, before, out=np.ones_like(before), where=defined)
        return np.log(ratio) / np.log(more)

    return Elasticity(
        answer(replace(at, money=at.money * more)),
        answer(replace(at, relative_cost=at.relative_cost * more)),
        answer(replace(at, budget=at.budget * more)),
    )


class ParameterDraws:
    """Positions of each assumption in its interval, the same for every scenario.

    Every assumption has one position a draw, which holds for both insurances, all ages and all years: what
    drives one drives the others. Positions are keyed by the assumption's name, so that a scenario which
    assumes something else about one of them keeps the draws of all others.

    >>> draws = ParameterDraws(4, seed=1)
    >>> sorted((draws.position("income_growth") * 4).astype(int).tolist())
    [0, 1, 2, 3]
    """

    def __init__(self, draws: int, *, seed: int) -> None:
        self.draws, self.seed = draws, seed

    def position(self, name: str) -> Floats:
        """(draws,) numbers in [0, 1), one in each of as many equal parts, in random order."""
        return self._positions[name]

    @cached_property
    def _positions(self) -> dict[str, Floats]:
        return {name: self._hypercube(name) for name in catalogue()}

    def _hypercube(self, name: str) -> Floats:
        stream = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
        generator = np.random.default_rng([self.seed, stream])
        return (generator.permutation(self.draws) + generator.random(self.draws)) / self.draws

    def of(self, assumptions: Assumptions) -> Draw:
        """The drawn values of these assumptions, as `growth` asks for them."""

        def value(name: str, year: int, insurance: str, band: str) -> Floats:
            at = assumptions.interval(name, year, insurance=insurance, band=band)
            return triangular(self.position(name), at.low, at.value, at.high)

        return value


def triangular(position: Floats, low: float, mode: float, high: float) -> Floats:
    """The values below which the part `position` of a triangular distribution lies.

    >>> triangular(np.array([0.0, 0.5, 1.0]), 0.0, 1.0, 2.0).tolist()
    [0.0, 1.0, 2.0]
    """
    if not low < high:
        return np.full(position.shape, mode)
    turn = (mode - low) / (high - low)
    rising = low + np.sqrt(position * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - position) * (high - low) * (high - mode))
    return np.where(position < turn, rising, falling)
