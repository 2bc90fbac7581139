"""Cases and scenarios in, scenarios side by side out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from typing import Any

import pandas as pd

from ..cases.arrays import read_labels
from ..cases.hospital_facts import HospitalFacts
from ..errors import ArgumentError, DrgsimError
from ..payment.engine.grouped import as_frame
from ..policy.parameters import catalogue
from .checks.left_out import refuse_nothing_paid
from .comparison.comparison import Comparison
from .comparison.kept import ask
from .progress import Listener, at_hand, beside, in_turn, telling
from .projection.projection import project
from .projection.years import PaidYears
from .record.fingerprint import fingerprint
from .scenario.lever import LEARNED
from .scenario.scenario import Scenario
from .scenario_errors import SimulationError
from .uncertainty.bands import resample_outcomes
from .uncertainty.parameter_band import parameter_band
from .world.case_table import CARE, INSURED
from .world.ingredients import installed
from .world.outcome import PLACES
from .world.world import World

MOST_DRAWS, MOST_YEARS = 100_000, 100  # every draw of every fund, year and scenario is kept
REFORM, BASELINE = "reform", "baseline"
TITLED = 3  # changes a title can name
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
    hospital: Any = None,
    explain: bool = True,
) -> Comparison:
    """Pay and settle the same cases under every scenario, and carry the funds on for some years.

    Parameters
    ----------
    cases : DataFrame or Arrow table of cases (`drgsim.read_cases`) of about a year, money in yuan; grouped
        by each scenario's scheme, unless they bear the baseline's groups.
    scenarios : the baseline first: Scenario, id of a shipped one, YAML file, or mapping; a flat mapping of
        parameter paths to values is a reform of the baseline. A single scenario is compared with itself
        before its levers and responses.
    years : how many years the funds are projected after that of the cases; 0 for none.
    draws : how often hospitals, and with years also assumptions, are drawn for the bands; 0 for none.
    seed : keys every draw. The same seed gives a case the same chances under every scenario.
    budgets : region, insurance, budget (yuan); without it a floating point value is settled on what the
        baseline spends.
    funds : region, insurance, income, other_spending, reserve (yuan), of the cases' year; without it
        national proportions are assumed.
    insured : region, insurance, insured and, optionally, age_band; without it national rates are assumed.
    hospital : facts on one's hospital that the cases leave out (level, insurance, region, id), as
        `HospitalFacts`, a mapping or the path of a `hospital.toml`; its coefficient belongs into a scenario.
    explain : work out now what page and workbook say of the levers, `attribution` and `liveness`, a payment
        of all cases for each step and parameter; False leaves them to be asked for.
    progress : called with a `Progress` (done, total, stage, what) as the run comes along.

    Returns
    -------
    Comparison: `summary()`, `by(column)`, `attribution()`, `flows()`, `hospitals()`, `projection()`,
    `bands()` and more; `plot_…()`; `to_html(path)`, `to_excel(path)`. It holds no case rows in any display.

    Raises
    ------
    ScenarioError, SimulationError, ColumnError, ArgumentError, SettlementError.

    Examples
    --------
    >>> import drgsim
    >>> cases = drgsim.synthetic_cases(n=1_000, year=2025, seed=1)
    >>> found = drgsim.simulate(cases, ["baseline-drg", {"outlier.high.threshold/3": 2.5}])
    >>> bool(found.summary().loc["reform", "fund_change"] > 0)
    True
    """
    check_numbers(years=years, draws=draws)
    listed = read_scenarios(scenarios)
    world = World(_known(cases, hospital), listed[0], seed=seed, budgets=budgets)
    check_tables(world.cases, budgets=budgets, funds=funds, insured=insured)
    learners = {each.id for each in listed if world.rules(each).scheme == LEARNED}
    begun = _begun(world, listed, learn=bool(learners))  # while others are paid
    learned = begun.pop("learned", None)
    outcomes = {}
    tell = telling(progress, "pay")
    for number, scenario in enumerate(listed):
        tell(number, len(listed), scenario.id)
        if learned is not None and scenario.id in learners:
            world.groupings.learned, learned = learned(), None
        outcomes[scenario.id] = world.outcome(scenario)
        refuse_nothing_paid(outcomes[scenario.id], scenario.id)
        world.remember(outcomes[scenario.id])
    tell(len(listed), len(listed), "")
    whole = Comparison(tuple(listed), outcomes, world, seed, years, draws)
    explained = beside(partial(_explained, whole, progress, ahead=at_hand())) if explain else dict
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
    found = replace(whole, projected=projected, drawn_hospitals=drawn, drawn_assumptions=band)
    if at_hand():
        _show_years(found)
    found._kept.update(explained())
    for name, made in begun.items():
        ask(found, name, {}, made)
    return found


def check_numbers(*, years: int, draws: int) -> None:
    """Raise ArgumentError for years or draws that no run can have."""
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


def _begun(world: World, listed: list[Scenario], *, learn: bool) -> dict[str, Callable[[], Any]]:
    """What needs no payment, begun in a second process where there is one: the catalogue that is learned from
    the cases, if any is, and what a record states, which a library's caller may never ask for."""
    works: dict[str, Callable[[], Any]] = {}
    if learn:
        works["learned"] = lambda: world.groupings.learned
    if at_hand():
        works["fingerprint"] = partial(fingerprint, world.given_cases)
        works["installed"] = partial(installed, listed, world.year)
    return dict(zip(works, in_turn(*works.values()), strict=True)) if works else {}


def _explained(whole: Comparison, progress: Listener | None, *, ahead: bool) -> dict[Any, Any]:
    """The answers that pay cases, kept; with `ahead` also the tables of outcomes."""
    whole.explain(progress=progress)
    if ahead:
        _show_outcomes(whole)
    return whole._kept


def _show_outcomes(whole: Comparison) -> None:
    """Have made what page, workbook and record all read: two processes would make it twice to write them."""
    first = whole.baseline.id
    with suppress(DrgsimError):  # told where it is asked for
        whole.flows(first, measure="cases")
        for each in (scenario.id for scenario in whole.scenarios):
            whole.hospitals(each)
            whole.flows(each, change=each != first)
        for key in PLACES:
            whole.by(key)
        for table in (whole.summary, whole.cautioned, whole.outliers, whole.plausibility):
            table()


def _show_years(found: Comparison) -> None:
    """The same of what draws and years are needed for."""
    with suppress(DrgsimError):
        found.bands()
        found.published()
        found.not_projected()
        found.projection()


def _known(cases: Any, hospital: Any) -> Any:
    """The cases with what they leave out of their hospital."""
    if hospital is None:
        return cases
    return HospitalFacts.of(hospital).without_coefficient().fill(as_frame(cases))[0]


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
            named = REFORM if len(given) == 2 else f"{REFORM}-{number}"
            untitled = {*scenario.title.values()} == {scenario.id}
            scenario = scenario.named(named, title=_titled(scenario) if untitled else scenario.title)
        listed.append(scenario)
    ids = [each.id for each in listed]
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        raise SimulationError("two scenarios have one id", got=twice, do="give each its own id")
    return listed


def _titled(scenario: Scenario) -> dict[str, str] | None:
    """A title for what has none: the parameters it sets, and values that are one number or word."""
    reforms = [change for lever in scenario.levers for change in lever.reform.items()]
    if not 0 < len(reforms) <= TITLED:
        return None
    words: dict[str, list[str]] = {"zh": [], "en": []}
    for path, value in reforms:
        name, slash, cell = path.partition("/")
        parameter = catalogue().get(name)
        set_to = "" if isinstance(value, Mapping | list) else f" = {value}"
        words["zh"].append(f"{parameter.zh if parameter else name}{slash}{cell}{set_to}")
        words["en"].append(f"{parameter.en if parameter else name}{slash}{cell}{set_to}")
    return {"zh": "; ".join(words["zh"]), "en": "; ".join(words["en"])}


def without_steps(scenario: Scenario) -> Scenario:
    """The scenario before any lever or response."""
    document = {**scenario.document, "levers": [], "responses": {}, "coverage": [], "note": ""}
    return Scenario.load({**document, "id": BASELINE, "title": _BASELINE_TITLE})


REGION = "region"


def check_tables(cases: pd.DataFrame, **tables: Any) -> None:
    """Raise unless each table (by its name; None for none) is a DataFrame and has a region of the cases.

    A table of which no row fits would change nothing, and nobody would see it: codes often lose a leading
    zero on their way through a spreadsheet.
    """
    known = {name for side in (CARE, INSURED) for name in read_labels(cases, side).names}
    for name, table in tables.items():
        if table is None:
            continue
        if not isinstance(table, pd.DataFrame):
            raise ArgumentError(f"{name} must be a DataFrame", got=type(table).__name__)
        if REGION not in table.columns or not len(table) or not known:
            continue  # its reader says what it lacks
        given = read_labels(table, REGION).names
        if not known & {*given}:
            raise SimulationError(
                f"no region of the table of {name} is a region of the cases",
                got=sorted(given)[:5],
                allowed=sorted(known)[:5],
                do="write the codes as insured_region and care_region have them, leading zeros included",
            )


@cache
def example_comparison() -> Comparison:
    """A comparison of 300 stays of the invented province under two rules, one year ahead: to try things on.

    Made once a process, of the cases of `synthetic_cases(n=300, year=2025, seed=1)`; too few for any answer.

    Returns
    -------
    Comparison, of `baseline-drg` and a `reform` of the high outliers' threshold, with 20 draws of seed 1

    Examples
    --------
    >>> import drgsim
    >>> drgsim.example_comparison().reforms[0].id
    'reform'
    """
    from ..synthetic.generate import synthetic_cases

    cases = synthetic_cases(n=300, year=2025, seed=1)
    reform = {"outlier.high.threshold/3": 2.5}
    return simulate(cases, ["baseline-drg", reform], years=1, draws=20, seed=1)
