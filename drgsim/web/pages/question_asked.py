"""What an analyst asks: a baseline, changed parameters; the scenarios the command line makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import ArgumentError, DrgsimError, NotFoundError
from ...policy.display import value_text
from ...policy.library import shipped as shipped_policies
from ...policy.parameters import Parameter, catalogue
from ...policy.policy import Policy
from ...policy.reform import parse_assignments
from ...simulation.scenario.scenario import Scenario
from ...simulation.simulate import read_scenarios
from .shell import language_of

FIELD = "p."
FIRST_BASELINE = "baseline-drg"
LEAST_CASES, CASES, MOST_CASES = 1_000, 5_000, 100_000
MOST_YEARS, MOST_DRAWS = 10, 1_000


@dataclass(frozen=True)
class Row:
    """One value that can be changed: its path (with `/key` for a cell), what it is, what it is now."""

    path: str
    parameter: Parameter
    key: str
    now: str
    value: Any
    source: str
    state: str
    declared: bool


def baselines() -> list[str]:
    """The shipped scenarios without a question of their own, and the policies that pay stays."""
    plain = [name for name in Scenario.available() if not Scenario.load(name).levers]
    paying = [name for name in shipped_policies() if Policy.load(name).method]
    return [FIRST_BASELINE, *(name for name in [*plain, *paying] if name != FIRST_BASELINE)]


def baseline(word: str) -> Scenario:
    """A shipped scenario, or a shipped policy as a scenario without levers; never a path."""
    if word in Scenario.available():
        return Scenario.load(word)
    if word in shipped_policies():
        return Scenario.of(word)
    known = [*Scenario.available(), *shipped_policies()]
    raise NotFoundError("no such baseline", got=word[:60], allowed=known, nearest=known)


def policy_of(scenario: Scenario) -> Policy:
    """The policy that a scenario pays by; of several regions' policies the first."""
    found = scenario.policies(scenario.latest)
    return next(iter(found.values())) if isinstance(found, Mapping) else found


def rows(policy: Policy, lang: str) -> Iterator[Row]:
    """Every value of every parameter: what the policy declares first, then what it leaves at the default."""
    declared = policy.in_force
    for path in sorted(catalogue(), key=lambda each: each not in declared):
        parameter, dated = catalogue()[path], declared.get(path)
        value = parameter.default if dated is None else dated.value
        source, state = ("", "") if dated is None else (dated.source, dated.state)
        cells = [("", value)]
        if isinstance(value, Mapping) and not any(isinstance(each, Mapping) for each in value.values()):
            cells = [(str(key), each) for key, each in value.items()]
        for key, each in cells:
            yield Row(
                f"{path}/{key}" if key else path,
                parameter,
                key,
                value_text(each, parameter, plain=language_of(lang)),
                each,
                source,
                state,
                dated is not None,
            )


def changes_of(form: Mapping[str, str]) -> dict[str, str]:
    """Path → new value as written, of the fields somebody filled."""
    return {
        name.removeprefix(FIELD): text.strip()
        for name, text in form.items()
        if name.startswith(FIELD) and text.strip()
    }


def scenarios_of(word: str, changes: Mapping[str, str]) -> list[Scenario]:
    """The baseline and the reform, as `drgsim simulate --baseline WORD --reform path=value,…` reads them.

    Raises ArgumentError without a change, and ScenarioError with every problem.
    """
    if not changes:
        raise ArgumentError("nothing was changed", do="give one parameter a new value")
    return read_scenarios(
        [baseline(word), parse_assignments(f"{path}={text}" for path, text in changes.items())]
    )


def problems_of(word: str, changes: Mapping[str, str]) -> dict[str, str]:
    """Path → what is wrong with its new value alone."""
    found = {}
    for path, text in changes.items():
        try:
            scenarios_of(word, {path: text})
        except DrgsimError as error:
            found[path] = str(error)
    return found


def whole(form: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A whole number of the form within bounds. Raises ArgumentError."""
    text = form.get(name, "").strip() or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise ArgumentError(f"{name} is a whole number", got=text[:30], allowed=f"{least:,} to {most:,}")
    return int(text)
