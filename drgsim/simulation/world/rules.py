"""The rules that hold when some of a scenario's levers are pulled: policies, groups, weights, responses."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from ...policy.parameter_values import to_plain
from ...policy.parameters import catalogue
from ...policy.policy import Policy
from ..scenario.stated_policy import Policies
from ..scenario_errors import SimulationError

if TYPE_CHECKING:
    from ..scenario.lever import HospitalChange
    from ..scenario.scenario import ResponseSetting, Scenario
    from ..scenario.supervision import Supervision

DIP = (
    "dip"  # groups by a DIP catalogue: `dip` one learned from the baseline's cases, `dip:<id>` a shipped one
)
NO_GROUPS = ""


@dataclass(frozen=True)
class Rules:
    """What `World` needs to pay the cases once.

    `policies` are on their day; `scheme` is a DRG scheme id, `dip`, `dip:<catalogue>` or `NO_GROUPS`; equal
    `key` means equal money on the same cases.
    """

    policies: Policies
    scheme: str
    weights: str
    responses: tuple[ResponseSetting, ...] = ()
    hospitals: tuple[HospitalChange, ...] = ()
    supervision: tuple[Supervision, ...] = ()

    @property
    def each(self) -> tuple[Policy, ...]:
        return tuple(self.policies.values()) if isinstance(self.policies, Mapping) else (self.policies,)

    @cached_property
    def key(self) -> tuple[Any, ...]:
        if isinstance(self.policies, Mapping):
            named: tuple[Any, ...] = tuple(
                sorted((region, *_identity(policy)) for region, policy in self.policies.items())
            )
        else:
            named = _identity(self.policies)
        watched = tuple(json.dumps(each.meaning(), sort_keys=True) for each in self.supervision)
        return named, self.scheme, self.weights, self.response_key, self.hospitals, watched

    @cached_property
    def dated_year(self) -> int | None:
        """The year whose days matter, because some policy changes how it prices cases inside it.

        None where one day stands for all: nothing changes, or the rules are asked for on a day that is no
        year's last.
        """
        for policy in self.each:
            day = policy.on
            if (day.month, day.day) == (12, 31) and _inside(policy):
                return day.year
        return None

    @cached_property
    def response_key(self) -> tuple[Any, ...]:
        return tuple((each.name, tuple(sorted(each.values.items()))) for each in self.responses)


def rules_of(scenario: Scenario, taken: frozenset[str], day: datetime.date) -> Rules:
    """The scenario's rules on a day with the levers and responses in `taken`, in the scenario's order.

    Raises SimulationError when policies of several regions do not group by one scheme.
    """
    policies = scenario.policies(day)
    scheme: str | None = None
    for lever in scenario.levers:
        if lever.id in taken:
            policies = lever.laid_over(policies, on=scenario.on, day=day)
            named_anew = lever.policy is not None or "scheme" in lever.reform
            scheme = lever.scheme or (None if named_anew else scheme)
    own = [lever for lever in scenario.levers if lever.id in taken]
    rules = Rules(
        policies,
        "",
        scenario.weights,
        tuple(each for each in scenario.responses if each.name in taken),
        tuple(each for lever in own for each in lever.hospitals),
        tuple(lever.supervision for lever in own if lever.supervision is not None),
    )
    return replace(rules, scheme=scheme or _scheme(rules))


@lru_cache(maxsize=256)
def _identity(policy: Policy) -> tuple[str, ...]:
    """The rules in force on the policy's day: two days between which nothing changes are one.

    Where they change inside the day's year, what they are on each such day, too.
    """
    rules: dict[str, Any] = {"method": policy.method, "scheme": policy.scheme, **_in_force(policy)}
    days = _inside(policy)
    if days:
        rules["inside"] = [["01-01", _in_force(policy.at(datetime.date(policy.on.year, 1, 1)))]]
        rules["inside"] += [[f"{day:%m-%d}", _in_force(policy.at(day))] for day in days]
    text = json.dumps(rules, ensure_ascii=False, sort_keys=True, default=str)
    return (hashlib.sha256(text.encode()).hexdigest(),)


def _in_force(policy: Policy) -> dict[str, Any]:
    values = {
        path: to_plain(dated.value)
        for path, dated in policy.in_force.items()
        if dated.value != catalogue()[path].default
    }
    if not policy.rules:
        return {"values": values}
    lists = {name: list(words) for name, words in sorted(policy.document.lists.items())}
    return {"values": values, "rules": [rule.meaning() for rule in policy.rules], "lists": lists}


def _inside(policy: Policy) -> tuple[datetime.date, ...]:
    """The days of the policy's year, after its first, on which it changes how it prices cases."""
    first = max(datetime.date(policy.on.year, 1, 1), policy.document.valid_from)
    return policy.changes(first, policy.on, pricing=True)


def _scheme(rules: Rules) -> str:
    methods = {policy.method for policy in rules.each}
    if methods == {"ffs"}:
        return next((policy.scheme for policy in rules.each if policy.scheme), NO_GROUPS)
    named = {
        DIP if policy.method == "dip" else policy.scheme for policy in rules.each if policy.method != "ffs"
    }
    if len(named) != 1 or None in named:
        raise SimulationError(
            "the policies of a scenario do not group by one scheme",
            got=sorted(str(name) for name in named),
            do="give the lever `scheme: <id>`, or compare the regions one by one",
        )
    return str(named.pop())
