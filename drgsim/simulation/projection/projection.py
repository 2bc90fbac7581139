"""`project`: the funds of a base year carried some years on, under each scenario."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...errors import ArgumentError
from ...settlement.budgets import INSURANCES
from ...settlement.pooling import pool_years
from ..scenario_errors import SimulationError
from .cells import Fund, FundMoney, codes
from .demography import Insured, insured
from .frame import ALL, course_frame
from .funds import Opening, derived_opening, given_opening
from .growth import growth
from .years import Course, Drivers, PaidWorld, PaidYears, reserves

if TYPE_CHECKING:
    from ..scenario.scenario import Scenario

LONGEST = 50  # years that may be projected


@dataclass(frozen=True, eq=False, repr=False)
class Projection:
    """Funds over the years, a `Course` for each scenario; the first scenario is the baseline.

    Attributes
    ----------
    funds : (insured region, insurance) of the funds whose whole year the cases hold
    opening : income, other spending and reserve of the base year, and where they are from
    insured : persons by fund and age band in the base year, and where they are from
    courses : one for each scenario
    left_out : funds of the caller's table of which the cases hold no stay treated at home
    """

    base_year: int
    funds: tuple[Fund, ...]
    opening: Opening
    insured: Insured
    courses: tuple[Course, ...]
    left_out: tuple[Fund, ...] = ()

    @cached_property
    def frame(self) -> pd.DataFrame:
        """scenario, region, insurance, year, insured, cases, inpatient_cost, inpatient_fund, other_spending,
        income, balance, reserve (at the year's end), reserve_months, warning (an id, or ""); money in yuan.
        Then who else pays for the fund's insured: catastrophic (inside inpatient_fund where the policy pays
        it out of the basic fund, else inside other_payers), medical_aid (inside other_payers), other_payers,
        patient.

        Rows of each fund, of the region `all`, and of the insurance `all`, in which only people, stays and
        inpatient money are added up.
        """
        return pd.concat([course_frame(each, self.funds) for each in self.courses], ignore_index=True)

    def first_deficit(self) -> pd.DataFrame:
        """scenario, region, insurance, current_deficit and reserve_gone: the first projected year in which
        spending exceeds income, and in which the reserve is below zero; <NA> where there is none."""
        table = self.frame[(self.frame["insurance"] != ALL) & (self.frame["year"] > self.base_year)]
        rows = []
        for (scenario, region, insurance), own in table.groupby(
            ["scenario", "region", "insurance"], sort=False
        ):
            row = {"scenario": scenario, "region": region, "insurance": insurance}
            for name, measure in (("current_deficit", "balance"), ("reserve_gone", "reserve")):
                years = own["year"][own[measure] < 0]
                row[name] = years.min() if len(years) else pd.NA
            rows.append(row)
        table = pd.DataFrame(rows)
        return table.astype({"current_deficit": "Int64", "reserve_gone": "Int64"})

    def pooled(self, mode: str = "transfer", *, start: int | None = None, **options: Any) -> pd.DataFrame:
        """Provincial pooling over the projected years: who gives and who gets, year by year.

        scenario, year, region, insurance, paid_in, gap, own, aid, left, net, pool_after, reserve_without,
        reserve; see `drgsim.settlement.pooling.pool_years`. `start` is the first projected year unless
        stated.
        """
        own = self.frame[(self.frame["insurance"] != ALL) & (self.frame["region"] != ALL)]
        course = own.assign(spending=own["inpatient_fund"] + own["other_spending"])
        return pool_years(course, mode, first_year=start or self.base_year + 1, **options)

    def notes(self) -> tuple[tuple[str, str, str], ...]:
        """(zh, en, state) of what the projection starts from, and of what was left out."""
        told = [
            (self.opening.zh, self.opening.en, self.opening.state),
            (self.insured.zh, self.insured.en, self.insured.state),
        ]
        if self.left_out:
            names = ", ".join(f"{region}/{insurance}" for region, insurance in self.left_out)
            told.append(
                (
                    f"未测算(病例中无其参保人本地就医): {names}",
                    f"not projected, as the cases hold no stay of their insured at home: {names}",
                    "read",
                )
            )
        return tuple(told)

    def __repr__(self) -> str:
        last = self.courses[0].growth.years[-1]
        return (
            f"Projection of {len(self.funds)} funds under {len(self.courses)} scenarios, "
            f"{self.base_year} to {last}; opening: {self.opening.en}; insured: {self.insured.en}"
        )


def project(
    world: PaidWorld,
    scenarios: Sequence[Scenario],
    *,
    years: int = 5,
    funds: pd.DataFrame | None = None,
    insured_persons: pd.DataFrame | None = None,
    paid: PaidYears | None = None,
    progress: Callable[[int, int, str], object] | None = None,
) -> Projection:
    """Carry the funds of the world's year `years` on, under each scenario's rules and assumptions.

    Cells of paid stays are scaled by how many stays there are (insured times hospitalisation rate, by age)
    and by what a stay costs, and settled again under the rules of each year; cases are paid again only
    where the cost of a stay has moved against its price, or rules differ. A change that is phased in counts
    with its share.

    Parameters
    ----------
    scenarios : the first is the baseline, and the base year is as it pays it.
    funds : region, insurance, income, other_spending, reserve (at the end of the base year), yuan;
        optionally `insured`. Without it, national proportions, which is assumed.
    insured_persons : region, insurance, insured and, optionally, age_band.
    paid : what pays the cases, to be shared with `parameter_band`.
    progress : called with years done, years in all, and the scenario.

    Raises
    ------
    ArgumentError, SimulationError, ColumnError

    Source: fund rules §5.1 to §5.3; the blend and the scaling are conventions of this project (G90).
    """
    if not scenarios:
        raise ArgumentError("there is no scenario to project")
    ids = [each.id for each in scenarios]
    if len(set(ids)) < len(ids):
        raise ArgumentError("scenarios need ids of their own", got=ids)
    if not 1 <= years <= LONGEST:
        raise ArgumentError("so many years cannot be projected", got=years, allowed=f"1 to {LONGEST}")
    paid = paid or PaidYears(world)
    baseline = scenarios[0]
    at_start = Drivers.of(growth(baseline.assumptions, world.year, 0), 0)
    cells = paid.cells(baseline, (), dict.fromkeys(INSURANCES, 1.0), world.year)
    own, left_out = _chosen(cells.own_funds(), funds)
    base = paid.money(baseline, world.year, at_start, own)
    opening = (
        derived_opening(own, base.cost, base.spent, world.year)
        if funds is None
        else given_opening(funds, own)
    )
    if insured_persons is None and funds is not None and "insured" in funds.columns:
        insured_persons = funds[["region", "insurance", "insured"]]
    people = insured(cells, own, world.year, insured_persons)
    total, courses = len(scenarios) * years, []
    for number, scenario in enumerate(scenarios):

        def tell(done: int, first: int = number * years, name: str = scenario.id) -> None:
            if progress is not None:
                progress(first + done, total, name)

        courses.append(_course(paid, scenario, years, own, base, opening, people, tell))
    return Projection(world.year, tuple(own), opening, people, tuple(courses), left_out)


def _chosen(own: list[Fund], table: pd.DataFrame | None) -> tuple[list[Fund], tuple[Fund, ...]]:
    """The funds to project: those of the cases, or those of them the caller's table names; and named ones
    the cases do not hold."""
    left_out: set[Fund] = set()
    if table is not None and {"region", "insurance"} <= set(table.columns):
        named = set(zip(table["region"].astype(str), table["insurance"].astype(str), strict=True))
        left_out = named - set(own)
        own = [fund for fund in own if fund in named]
    if not own:
        raise SimulationError(
            "there is no fund to project: no region's insured are treated at home by the cases, or the table "
            "of funds names none of them",
            do="check insured_region and care_region of the cases, and region of the funds; or simulate "
            "without years (years=0, --years 0)",
        )
    return own, tuple(sorted(left_out))


def _course(
    paid: PaidYears,
    scenario: Scenario,
    years: int,
    funds: list[Fund],
    base: FundMoney,
    opening: Opening,
    people: Insured,
    tell: Callable[[int], None],
) -> Course:
    index = growth(scenario.assumptions, paid.world.year, years)
    money = [base]
    for place, year in enumerate(index.years[1:], start=1):
        money.append(paid.money(scenario, year, Drivers.of(index, place), funds))
        tell(place)
    kind = codes([each for _, each in funds], INSURANCES)
    income = np.rint(opening.income[:, None] * index.income[kind, :, 0])
    other = np.rint(opening.other_spending[:, None] * index.other_spending[kind, :, 0])
    spent = np.stack([each.spent for each in money], axis=1)
    return Course(
        scenario.id,
        index,
        (people.persons[:, :, None] * index.insured[kind, :, :, 0]).sum(axis=1),
        np.stack([each.stays for each in money], axis=1),
        np.stack([each.cost for each in money], axis=1),
        spent,
        income,
        other,
        reserves(opening.reserve, income, spent, other),
        money[-1].booked,
        np.stack([each.beside for each in money], axis=2),
    )
