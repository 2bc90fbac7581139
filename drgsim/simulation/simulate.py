"""Cases and scenarios in, scenarios side by side out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError
from .checks.left_out import refuse_nothing_paid
from .comparison.results import Results
from .errors import SimulationError
from .progress import Listener, telling
from .projection.projection import project
from .projection.years import PaidYears
from .scenario.scenario import Scenario
from .uncertainty.parameter_band import parameter_band
from .uncertainty.sampled_outcomes import resample_outcomes
from .world.given_tables import check_tables
from .world.world import World

if TYPE_CHECKING:
    import pandas as pd

MOST_DRAWS, MOST_YEARS = 100_000, 100  # every draw of every fund, year and scenario is kept
REFORM, BASELINE = "reform", "baseline"
_BASELINE_TITLE = {"zh": "基线", "en": "baseline"}


def simulate(
    cases: Any,
    scenarios: Any,
    *,
    years: int = 0,
    draws: int = 0,
    seed: int = 0,
    budgets: pd.DataFrame | None = None,
    funds: pd.DataFrame | None = None,
    insured: pd.DataFrame | None = None,
    progress: Listener | None = None,
) -> Results:
    """Pay and settle the same cases under every scenario, and carry the funds on for some years.

    This is the work behind `drgsim.simulate`, which says what the parameters mean and what is raised; the
    answer here has the tables, not the charts and pages.
    """
    for name, number in (("years", years), ("draws", draws)):
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise ArgumentError(f"{name} must be a whole number of 0 or more", got=number)
    if draws > MOST_DRAWS:
        raise ArgumentError(
            "so many draws fill the memory and move no band any more",
            got=f"draws={draws:,}",
            allowed=f"up to {MOST_DRAWS:,}; 1,000 are enough for a band of 90 %",
        )
    if years > MOST_YEARS:
        raise ArgumentError(
            "no assumption reaches so far", got=f"years={years}", allowed=f"up to {MOST_YEARS}"
        )
    listed = read_scenarios(scenarios)
    world = World(cases, listed[0], seed=seed, budgets=budgets)
    check_tables(world.cases, budgets=budgets, funds=funds, insured=insured)
    outcomes = {}
    tell = telling(progress, "pay")
    for number, scenario in enumerate(listed):
        tell(number, len(listed), scenario.id)
        outcomes[scenario.id] = world.outcome(scenario)
        refuse_nothing_paid(outcomes[scenario.id], scenario.id)
        world.remember(outcomes[scenario.id])
    tell(len(listed), len(listed), "")
    drawn = resample_outcomes(outcomes, draws=draws, seed=seed) if draws else None
    projected = band = None
    if years:
        paid = PaidYears(world)
        projected = project(
            world,
            listed,
            years=years,
            funds=funds,
            insured_persons=insured,
            paid=paid,
            progress=telling(progress, "project"),
        )
        if draws:
            telling(progress, "draw")(0, 1, "")
            band = parameter_band(paid, listed, projected, draws=draws, seed=seed)
    return Results(tuple(listed), outcomes, world, seed, years, draws, projected, drawn, band)


def read_scenarios(stated: Any) -> list[Scenario]:
    """The scenarios, the baseline first."""
    several = isinstance(stated, Sequence) and not isinstance(stated, str)
    given = list(stated) if several else [stated]
    if not given:
        raise SimulationError("there is no scenario to simulate")
    first = Scenario.load(given[0])
    listed = [first]
    if first.levers or first.responses:
        listed = [without_steps(first), first.named(REFORM) if first.id == BASELINE else first]
    for number, each in enumerate(given[1:], start=1):
        scenario = Scenario.load(each, over=listed[0])
        unnamed = scenario.id == REFORM and not isinstance(each, Scenario)
        if unnamed or scenario.id == listed[0].id:
            scenario = scenario.named(REFORM if len(given) == 2 else f"{REFORM}-{number}")
        listed.append(scenario)
    ids = [each.id for each in listed]
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        raise SimulationError("two scenarios have one id", got=twice, do="give each its own id")
    return listed


def without_steps(scenario: Scenario) -> Scenario:
    """The scenario before any lever or response."""
    document = {**scenario.document, "levers": [], "responses": {}, "coverage": [], "note": ""}
    return Scenario.load({**document, "id": BASELINE, "title": _BASELINE_TITLE})
