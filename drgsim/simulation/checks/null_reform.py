"""The null reform: what changes nothing must move no fen, in any region or hospital.

Every variant is grouped, weighed, answered, paid and settled for itself; nothing is compared with a copy.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from ...policy.parameter_values import to_plain
from ...schemes.metadata import read_metadata
from ...schemes.registry import chain
from ...words import pairs
from ..responses import declared
from ..scenario.scenario import Scenario
from ..simulate import without_steps
from ..world.groupings import is_dip
from ..world.outcome import MEASURES
from ..world.rules import NO_GROUPS
from ..world.world import World

if TYPE_CHECKING:
    from ..world.rules import Rules

KEYS = ("insured_region", "care_region", "hospital_id")
RESTATED, AT_BASELINE, NOT_TAKEN, NO_STRENGTH = "restated", "at_baseline", "not_taken", "no_strength"
TITLES = pairs("null_reform")


@dataclass(frozen=True, repr=False)
class NullReform:
    """What `null_reform` found.

    `frame` has a row for each variant and measure: variant, title_zh, title_en, measure, cells (combinations
    of insured region, care region and hospital), differing (how many of them differ), largest (the largest
    difference, yuan; `cases` counts), ok.
    """

    frame: pd.DataFrame

    @property
    def ok(self) -> bool:
        """Whether nothing moved."""
        return bool(self.frame["ok"].all())

    def __repr__(self) -> str:
        return "\n".join([self._headline(), *self._lines()])

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(line)}</li>" for line in self._lines())
        return f"<p><b>{escape(self._headline())}</b></p><ul>{items}</ul>"

    def _headline(self) -> str:
        if self.ok:
            return "A reform that changes nothing moves no fen. 零改革检验: 分毫不变。"
        return "A reform that changes nothing moved money: please report it. 零改革检验未通过。"

    def _lines(self) -> list[str]:
        lines = []
        for (zh, en), own in self.frame.groupby(["title_zh", "title_en"], sort=False):
            wrong = own[~own["ok"]]
            found = ", ".join(
                f"{row.measure} in {row.differing} of {row.cells}" for row in wrong.itertuples(index=False)
            )
            lines.append(f"{zh} {en}: {found or 'nothing moved 无变化'}")
        return lines


def null_reform(
    cases: Any,
    scenario: Any,
    *,
    seed: int = 0,
    budgets: pd.DataFrame | None = None,
) -> NullReform:
    """Pay a scenario against variants of itself that must come to the same.

    Parameters
    ----------
    cases : as for `simulate`.
    scenario : a Scenario, or what `Scenario.load` reads.

    Variants, each compared in every measure for every insured region, care region and hospital: the
    parameters in force stated again as one more lever; every lever set to the values before it; no lever and
    no response in force; every declared response with strength 0.

    Raises
    ------
    As `simulate`.

    >>> from drgsim import synthetic_cases
    >>> null_reform(synthetic_cases(n=200, seed=1), "cross-region-price-book").ok
    True
    """
    own = Scenario.load(scenario)
    start = without_steps(own)
    first = World(cases, start, seed=seed, budgets=budgets)
    second = World(cases, start, seed=seed, budgets=budgets)
    day = own.on or datetime.date(first.year, 12, 31)
    whole, bare = _sums(first, own), _sums(first, start)
    variants = [
        (RESTATED, whole, _sums(second, _restated(own, first.rules(own)))),
        (AT_BASELINE, bare, _sums(second, _at_baseline(own, first.rules(start), day))),
        (NOT_TAKEN, bare, _sums(second, own, ())),
        (NO_STRENGTH, bare, _sums(second, _without_strength(start, codes=first.groupings.given is None))),
    ]
    tables = [_compared(name, one, other) for name, one, other in variants]
    return NullReform(pd.concat(tables, ignore_index=True))


def _sums(world: World, scenario: Scenario, steps: tuple[str, ...] | None = None) -> pd.DataFrame:
    keys = [name for name in KEYS if name in world.cases.columns]
    table = world.outcome(scenario, steps).sums(keys)
    return table.set_index(keys) if keys else table


def _compared(variant: str, one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    index = one.index.union(other.index)
    here, there = (table.reindex(index, fill_value=0) for table in (one, other))
    zh, en = TITLES[variant]
    rows = []
    for measure in MEASURES:
        apart = (there[measure] - here[measure]).abs()
        largest = int(apart.max()) if len(apart) else 0
        rows.append(
            {
                "variant": variant,
                "title_zh": zh,
                "title_en": en,
                "measure": measure,
                "cells": len(index),
                "differing": int((apart > 0).sum()),
                "largest": largest / (1 if measure == "cases" else 100),
                "ok": largest == 0,
            }
        )
    return pd.DataFrame(rows)


def _restated(scenario: Scenario, rules: Rules) -> Scenario:
    """The scenario with every value in force stated again: those all its policies agree on, where it has
    several."""
    first, *others = ({path: to_plain(each.value) for path, each in p.in_force.items()} for p in rules.each)
    values = {path: value for path, value in first.items() if all(o.get(path) == value for o in others)}
    return scenario.reform(values, id="stated-again", scheme=_named(rules.scheme))


def _at_baseline(scenario: Scenario, rules: Rules, day: datetime.date) -> Scenario:
    """The scenario with its levers as they are, each putting back what was before it."""
    policies = scenario.policies(day)
    levers = []
    for lever in scenario.levers:
        kept: dict[str, Any] = {"id": lever.id, "title": dict(lever.title), "reform": {}}
        if lever.policy is not None:
            kept["policy"] = scenario.policy
        if lever.scheme is not None:
            kept["scheme"] = _named(rules.scheme)
        for path in {path.partition("/")[0] for path in lever.reform} - {"method"}:
            values = {repr(to_plain(policy[path])): policy[path] for policy in rules.each}
            if len(values) == 1:
                kept["reform"][path] = to_plain(next(iter(values.values())))
        if "method" in lever.reform and not isinstance(policies, Mapping):
            kept["reform"]["method"] = policies.method
        levers.append(kept)
    return Scenario.load({**scenario.document, "levers": levers, "responses": {}, "coverage": []})


def _without_strength(scenario: Scenario, *, codes: bool) -> Scenario:
    """Every declared response with strength 0; coding drift only where stays are grouped by their codes."""
    nothing = {
        name: {key: 0 for key, each in declaration.parameters.items() if each.strength}
        for name, declaration in declared().items()
        if codes or name != "coding_drift"
    }
    return Scenario.load({**scenario.document, "responses": nothing})


def _named(scheme: str) -> str | None:
    """A scheme as a lever may name it: of a family the edition in use."""
    if scheme == NO_GROUPS or is_dip(scheme):
        return scheme or None
    pack = read_metadata(chain(scheme)[0])
    return pack.id if pack.family == scheme else scheme
