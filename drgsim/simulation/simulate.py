"""Cases and scenarios in, scenarios side by side out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .errors import SimulationError
from .results import Results
from .scenario import Scenario
from .world import Progress, World

if TYPE_CHECKING:
    import pandas as pd

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
    progress: Callable[[Progress], None] | None = None,
) -> Results:
    """Pay and settle the same cases under every scenario."""
    listed = read_scenarios(scenarios)
    world = World(cases, listed[0], seed=seed, budgets=budgets)
    outcomes = {}
    for number, scenario in enumerate(listed):
        if progress is not None:
            progress(Progress(number, len(listed), scenario.id))
        outcome = world.outcome(scenario)
        world.remember(outcome)
        outcomes[scenario.id] = outcome
    return Results(tuple(listed), outcomes, world, seed, years, draws)


def read_scenarios(stated: Any) -> list[Scenario]:
    """The scenarios, the baseline first.

    A flat mapping of parameter paths is a reform of the baseline. A single scenario, or a first one that
    has levers or responses, is compared with itself without them.
    """
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
        if scenario.id == listed[0].id:
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
