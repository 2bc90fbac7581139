"""What a simulation rests on beside its cases: policies, schemes, weights, catalogues, by hash."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ...dip import DipCatalogue
from ...policy.policy import Policy
from ...schemes.compile_cache import meaning
from ...weights.weights import Weights
from ..scenario.lever import LEARNED
from ..scenario.stated_policy import documents
from .groupings import FITTED, OF_POLICY, is_dip
from .rules import NO_GROUPS, Rules, rules_of

if TYPE_CHECKING:
    from ..scenario.scenario import Scenario
    from .world import World

Hashes = dict[str, dict[str, str]]  # kind -> name -> hash


def installed(scenarios: Iterable[Scenario], year: int) -> Hashes:
    """The hashes of what the scenarios name, as it is installed here.

    Kinds: policies (by scenario and where it is named), schemes, catalogues (of DIP), weights (published
    tables), assumptions (by scenario). `year` is the base year of the cases.
    """
    found: Hashes = {"policies": {}, "schemes": {}, "catalogues": {}, "weights": {}, "assumptions": {}}
    for scenario in scenarios:
        found["assumptions"][scenario.id] = scenario.assumptions.hash
        found["policies"] |= _policies(f"{scenario.id}/policy", scenario.policy)
        for lever in scenario.levers:
            if lever.policy is not None:
                found["policies"] |= _policies(f"{scenario.id}/levers.{lever.id}.policy", lever.policy)
        for rules in _rules_on_the_way(scenario, year):
            _groups(rules, found)
            _tables(rules, found)
    return found


def learned(world: World, scenarios: Iterable[Scenario]) -> dict[str, str]:
    """The hashes of what was learned from the baseline's cases: weights by scheme, and a DIP catalogue."""
    found: dict[str, str] = {}
    for scenario in scenarios:
        for rules in _rules_on_the_way(scenario, world.year):
            if rules.scheme == LEARNED:
                found["catalogue"] = world.groupings.learned.hash
            measured = rules.weights == FITTED or (is_dip(rules.scheme) and rules.weights != OF_POLICY)
            weights = world.groupings.weights(rules.weights, rules.scheme) if measured else None
            if weights is not None:
                found[f"weights of {rules.scheme}"] = weights.hash
    return found


def _rules_on_the_way(scenario: Scenario, year: int) -> list[Rules]:
    """The rules before any lever, and after each."""
    day = scenario.on or datetime.date(year, 12, 31)
    names = [lever.id for lever in scenario.levers]
    return [rules_of(scenario, frozenset(names[:taken]), day) for taken in range(len(names) + 1)]


def _policies(where: str, stated: Any) -> dict[str, str]:
    whole = documents(stated)
    if isinstance(whole, Mapping):
        return {f"{where}.{region} ({each.id})": Policy(each).hash for region, each in whole.items()}
    return {f"{where} ({whole.id})": Policy(whole).hash}


def _groups(rules: Rules, found: Hashes) -> None:
    _, _, catalogue = rules.scheme.partition(":")
    if not is_dip(rules.scheme):
        if rules.scheme != NO_GROUPS and rules.scheme not in found["schemes"]:
            found["schemes"][rules.scheme] = meaning(rules.scheme)
    elif catalogue and catalogue not in found["catalogues"]:
        found["catalogues"][catalogue] = DipCatalogue.load(catalogue).hash


def _tables(rules: Rules, found: Hashes) -> None:
    named = [rules.weights] if rules.weights not in (FITTED, OF_POLICY) else []
    if rules.weights == OF_POLICY:
        named = [policy["standard.weights"] for policy in rules.each if policy["standard.weights"]]
    for name in named:
        if name not in found["weights"]:
            found["weights"][name] = Weights.load(name).hash
