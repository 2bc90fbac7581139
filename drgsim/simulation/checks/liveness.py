"""Which parameters of a reform moved something here, and why the others moved nothing.

Each path is taken out of its lever alone and the whole scenario is paid again: what differs is what it moves
beside the others. Nothing is judged by its name.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...policy.parameter_values import to_plain
from ...policy.parameters import Parameter, catalogue
from ..progress import Listener, telling
from ..scenario.lever import Lever
from ..scenario.scenario import Scenario
from ..scenario_errors import ScenarioError
from .liveness_reasons import (
    MOVED,
    ONLY_WHEN,
    SAME,
    Reason,
    needed_by,
    not_yet,
    set_anew,
    why_nothing,
)

if TYPE_CHECKING:
    from ...policy.policy import Policy
    from ..comparison.kept import ComparisonRecord
    from ..world.outcome import Outcome

COLUMNS = ("scenario", "lever", "path", "moved", "fund_change", "reason_zh", "reason_en")
SCHEME = "scheme"
_STEP = 1.1  # a number of the sweep is multiplied by this
_READ_ELSEWHERE = ("standard.weights", "settlement.", "dip.", "levels.")  # not by payments alone


def liveness(
    results: ComparisonRecord, *, every: bool = False, switches: bool = True, progress: Listener | None = None
) -> pd.DataFrame:
    """A row for each parameter that a lever changes.

    Parameters
    ----------
    results : of `simulate`.
    every : also sweep the baseline: each parameter it reads, a tenth more or another choice, everything else
        as it is. One payment of all cases for each of some hundred parameters.
    switches : whether a lever that switches the policy has a row for each parameter the two policies state
        differently; False leaves these out, which saves a payment of all cases for most of them.
    progress : called with a `Progress` before each payment.

    Returns
    -------
    DataFrame: scenario, lever ("" in the sweep), path, moved, fund_change (yuan; what the fund spends more
    with it than without it, or in the sweep than before), reason_zh, reason_en (why nothing moved). A
    parameter moves when any measure of any stay does, to the fen, or when a hospital gets its money at
    another time.
    """
    world = results.world
    tasks = [
        (scenario, lever, path)
        for scenario in results.reforms
        for lever, path in _changes(results, scenario, switches)
    ]
    swept = _sweep(results) if every else []
    tell = telling(progress, "liveness")
    rows = []
    for number, (scenario, lever, path) in enumerate(tasks):
        tell(number, len(tasks) + len(swept), f"{scenario.id} {path}")
        rows.append((scenario.id, lever.id, path, *_left_out(results, scenario, lever, path)))
    start = results.outcomes[results.baseline.id]
    for number, (path, scenario) in enumerate(swept, start=len(tasks)):
        tell(number, len(tasks) + len(swept), f"{results.baseline.id} {path}")
        rows.append(
            (results.baseline.id, "", path, *_told(path, world.outcome(scenario), start, results.baseline))
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _changes(results: ComparisonRecord, scenario: Scenario, switches: bool) -> Iterator[tuple[Lever, str]]:
    """The levers with the paths each of them changes."""
    for position, lever in enumerate(scenario.levers):
        if lever.scheme is not None and lever.policy is None:
            yield lever, SCHEME
        for path in lever.reform:
            yield lever, path
        if lever.policy is not None and switches:
            before, after = _around(results, scenario, position)
            reformed = {path.partition("/")[0] for path in lever.reform}
            for path in catalogue():
                if path not in reformed and _switches(path, before, after):
                    yield lever, path


def _around(
    results: ComparisonRecord, scenario: Scenario, position: int
) -> tuple[tuple[Policy, ...], tuple[Policy, ...]]:
    """The policies before a lever and after it."""
    names = [lever.id for lever in scenario.levers]
    rules = [results.world.rules(scenario, names[:taken]) for taken in (position, position + 1)]
    return rules[0].each, rules[1].each


def _switches(path: str, before: tuple[Policy, ...], after: tuple[Policy, ...]) -> bool:
    """Whether two policies state a parameter differently. Where there are several, none can be put back."""
    return len(before) == len(after) == 1 and before[0][path] != after[0][path]


def _left_out(
    results: ComparisonRecord, scenario: Scenario, lever: Lever, path: str
) -> tuple[bool, float, str, str]:
    """moved, fund_change and the reason for one path of one lever."""
    world, full = results.world, results.outcomes[scenario.id]
    day = scenario.on or datetime.date(world.year, 12, 31)
    late = not_yet(lever.reform.get(path), day)
    if late is not None:
        return False, 0.0, late.zh, late.en
    if path not in lever.reform and path != SCHEME and _cannot_move(path, full):
        reason = why_nothing(path, full.rules.each, (full,))
        return False, 0.0, reason.zh, reason.en
    without, together = _without(results, scenario, lever, path)
    if without is None:
        reason = Reason("其他参数离不开它，无法单独取消", "the others cannot stand without it; not taken out")
        return True, float("nan"), reason.zh, reason.en
    rules = world.rules(without)
    if rules.key == full.rules.key:
        reason = _overruled(scenario, lever, path)
        return False, 0.0, reason.zh, reason.en
    # a lever of one parameter leaves the baseline, which is paid already
    paid = (each for each in results.outcomes.values() if each.rules.key == rules.key)
    moved, change, zh, en = _told(path, full, next(paid, None) or world.outcome(without), scenario)
    if together and moved:
        zh, en = needed_by(together).zh, needed_by(together).en
    return moved, change, zh, en


def _cannot_move(path: str, outcome: Outcome) -> bool:
    """A parameter that nothing reads, whatever its value."""
    return not path.startswith(_READ_ELSEWHERE) and path not in outcome.payments.used


def _without(
    results: ComparisonRecord, scenario: Scenario, lever: Lever, path: str
) -> tuple[Scenario | None, tuple[str, ...]]:
    """The scenario without a path, and the choices that had to go with it."""
    try:
        return _with_lever(scenario, _less(results, scenario, lever, (path,))), ()
    except ScenarioError:
        name = path.partition("/")[0]
    together = _needing(name, lever)
    try:
        lever = _less(results, scenario, lever, (path, *together))
        return _with_lever(scenario, lever), together
    except ScenarioError:
        return None, together


def _needing(name: str, lever: Lever) -> tuple[str, ...]:
    """The choices of a lever, or of the policy it switches to, that need a parameter."""
    needing = [
        path for path, each in catalogue().items() if any(name in every for every in each.needs.values())
    ]
    stated = {path.partition("/")[0] for path in lever.reform}
    return tuple(path for path in needing if path in stated or lever.policy is not None)


def _less(results: ComparisonRecord, scenario: Scenario, lever: Lever, paths: tuple[str, ...]) -> Lever:
    """The lever without some paths: left out where it states them, put back where its policy does."""
    reform = {path: value for path, value in lever.reform.items() if path not in paths}
    position = [each.id for each in scenario.levers].index(lever.id)
    if lever.policy is not None:
        before, after = _around(results, scenario, position)
        for path in paths:
            if path not in lever.reform and path in catalogue() and _switches(path, before, after):
                reform[path] = to_plain(before[0][path])
    return replace(lever, reform=reform, scheme=None if SCHEME in paths else lever.scheme)


def _with_lever(scenario: Scenario, changed: Lever) -> Scenario:
    levers = [changed if each.id == changed.id else each for each in scenario.levers]
    return Scenario.load(
        {**scenario.document, "levers": [each.to_document() for each in levers], "coverage": []}
    )


def _overruled(scenario: Scenario, lever: Lever, path: str) -> Reason:
    position = [each.id for each in scenario.levers].index(lever.id)
    name = path.partition("/")[0]
    for later in scenario.levers[position + 1 :]:
        if later.policy is not None or name in {each.partition("/")[0] for each in later.reform}:
            return set_anew(later.id)
    return SAME


def _told(path: str, one: Outcome, other: Outcome, scenario: Scenario) -> tuple[bool, float, str, str]:
    """What `one` has and `other` has not."""
    change = (one.total["fund"] - other.total["fund"]) / 100
    if _stays_differ(one, other):
        return True, change, MOVED.zh, MOVED.en
    if not one.settlement.months.equals(other.settlement.months) or not one.settlement.hospitals.equals(
        other.settlement.hospitals
    ):
        return True, change, ONLY_WHEN.zh, ONLY_WHEN.en
    known = path.partition("/")[0] in catalogue()
    reason = why_nothing(path, one.rules.each, (one, other)) if known else SAME
    return False, change, reason.zh, reason.en


def _stays_differ(one: Outcome, other: Outcome) -> bool:
    return any(not np.array_equal(one.ledger[name], other.ledger[name]) for name in one.ledger)


def _sweep(results: ComparisonRecord) -> list[tuple[str, Scenario]]:
    """Every parameter the baseline reads that has a value to change, and the scenario with it changed."""
    outcome = results.outcomes[results.baseline.id]
    policies = outcome.rules.each
    found = []
    for path in catalogue():
        settled = path.startswith("settlement.") and path in policies[0].in_force
        if path not in outcome.payments.used and not settled:
            continue
        if any(policy[path] != policies[0][path] for policy in policies[1:]):
            continue  # what differs by region cannot be changed by one value
        for value in _other_values(catalogue()[path], policies[0][path]):
            try:
                changed = results.baseline.reform({path: value}, id="swept")
            except ScenarioError:
                continue
            found.append((path, changed))
            break
    return found


def _other_values(parameter: Parameter, value: Any) -> Iterator[Any]:
    """Values near the one there is: numbers a tenth more (or less, at their bound), another choice."""
    if parameter.type == "choice" and isinstance(value, str):
        yield from (choice for choice in parameter.choices if choice != value)
    elif parameter.type == "bool" and isinstance(value, bool):
        yield not value
    elif parameter.type not in ("choice", "bool", "text", "codes") and value is not None:
        plain = to_plain(value)
        for changed in (_scaled(parameter, plain, _STEP), _scaled(parameter, plain, 1 / _STEP)):
            if changed != plain:
                yield changed


def _scaled(parameter: Parameter, plain: Any, factor: float) -> Any:
    """Every number of a value changed; the upper edges of bands stay."""
    if isinstance(plain, Mapping):
        return {key: _scaled(parameter, each, factor) for key, each in plain.items()}
    if isinstance(plain, list | tuple):
        return [[edge, _scaled(parameter, each, factor)] for edge, each in plain]
    if plain is None or isinstance(plain, bool):
        return plain
    value = plain * factor if plain else (0.1 if parameter.type == "ratio" else 1.0) * (factor - 1) * 10
    if parameter.type == "integer":
        value = plain + 1 if factor > 1 else plain - 1
    low = parameter.min if parameter.min is not None else -np.inf
    high = parameter.max if parameter.max is not None else np.inf
    value = min(max(value, low), high)
    return int(value) if parameter.type == "integer" else float(value)
