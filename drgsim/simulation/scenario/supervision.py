"""Supervision as a lever: what is looked at, what of it is confirmed, and what does not come again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..._paths import data_path
from ...audit.library import Library
from ...errors import nearest_name
from ...policy.policy_errors import Mistake
from ...policy.yaml_text import read_yaml
from ...sources import STATES
from ...sources import load as load_sources
from .assumption_values import OWN_SOURCE, Interval

SHARES = ("coverage", "detection", "deterrence")
RULES, ASSESSMENT = "rules", "assessment"
_ENTRY = ("value", "low", "high", "source", "state", "note")


@cache
def declared() -> Mapping[str, Mapping[str, Any]]:
    """Names, units, bounds and what is published of each share (`data/simulation/supervision.yaml`).

    >>> declared()["deterrence"]["published"]
    0.74
    """
    return dict(read_yaml(data_path("simulation", "supervision.yaml")))


@dataclass(frozen=True)
class Share:
    """A share with its interval, source and trust state."""

    interval: Interval
    source: str = OWN_SOURCE
    state: str = "assumed"


@dataclass(frozen=True)
class Supervision:
    """`coverage` of the suspicions are looked at, `detection` of those confirmed and taken back, and
    `deterrence` of the same behaviour does not come again.

    `rules` are the ids or families of the audit's rules, none: all that look at stays. `assessment` lowers
    the coefficient of the yearly assessment by a hospital's indices (`drgsim.audit` `indices(beta=…)`).

    >>> shares = {name: Share(Interval(v, v, v)) for name, v in zip(SHARES, (0.5, 0.8, 0.25))}
    >>> round(Supervision(shares).effect(), 3)  # 0.25 stays away; of the rest 0.4 is taken back
    0.55
    """

    shares: Mapping[str, Share]
    rules: tuple[str, ...] = ()
    assessment: float = 0.0

    def values(self) -> tuple[float, float, float]:
        """coverage, detection, deterrence."""
        coverage, detection, deterrence = (self.shares[name].interval.value for name in SHARES)
        return coverage, detection, deterrence

    def effect(self) -> float:
        """The part of the money at stake that the fund does not lose."""
        coverage, detection, deterrence = self.values()
        return deterrence + (1.0 - deterrence) * coverage * detection

    @property
    def words(self) -> str:
        """For a reader."""
        named = [f"{declared()[n]['zh']} {n} {v:g}" for n, v in zip(SHARES, self.values(), strict=True)]
        named += [f"rules {', '.join(self.rules)}"] if self.rules else []
        named += [f"assessment {self.assessment:g}"] if self.assessment else []
        return "supervision 基金监管: " + ", ".join(named)

    def meaning(self) -> dict[str, Any]:
        """What a hash covers."""
        at = {name: self.shares[name].interval for name in SHARES}
        shares = {name: [each.value, each.low, each.high] for name, each in at.items()}
        return {**shares, RULES: list(self.rules), ASSESSMENT: self.assessment}

    def to_document(self) -> dict[str, Any]:
        document: dict[str, Any] = {}
        for name in SHARES:
            share = self.shares[name]
            entry: dict[str, Any] = {"value": share.interval.value}
            if not share.interval.low == share.interval.value == share.interval.high:
                entry |= {"low": share.interval.low, "high": share.interval.high}
            document[name] = entry | {"source": share.source, "state": share.state}
        document |= {RULES: list(self.rules)} if self.rules else {}
        return document | ({ASSESSMENT: self.assessment} if self.assessment else {})

    def __hash__(self) -> int:
        return hash((tuple(self.shares[name] for name in SHARES), self.rules, self.assessment))


def read_supervision(raw: Any, where: str, problems: list[Mistake]) -> Supervision | None:
    """A lever's supervision: each share a number, or a mapping of value, low, high, source, state and note.

    A share that is not stated is 0, and with all of them 0 nothing moves.
    """
    if raw is None:
        return None
    known = (*SHARES, RULES, ASSESSMENT)
    if not isinstance(raw, Mapping):
        problems.append(Mistake(where, "not a supervision", raw, f"a mapping of {', '.join(known)}"))
        return None
    for key in (key for key in raw if key not in known):
        near = nearest_name(str(key), known)
        problems.append(Mistake(f"{where}.{key}", "unknown field", allowed=", ".join(known), nearest=near))
    shares = {name: _share(raw.get(name, 0), f"{where}.{name}", problems) for name in SHARES}
    rules = raw.get(RULES) or ()
    named = (rules,) if isinstance(rules, str) else tuple(str(each) for each in rules)
    stays = [rule for rule in Library.load() if rule.table == "stays"] if named else []
    looking = sorted({rule.id for rule in stays} | {rule.family for rule in stays})
    for name in (name for name in named if name not in looking):
        at, near, allowed = f"{where}.{RULES}", nearest_name(name, looking), ", ".join(looking)
        problems.append(Mistake(at, "no rule or family that looks at stays", name, allowed, near))
    assessment = raw.get(ASSESSMENT, 0)
    if not _is_share(assessment):
        problems.append(Mistake(f"{where}.{ASSESSMENT}", "not a strength", assessment, "0 to 1"))
        assessment = 0
    return Supervision(shares, tuple(sorted(named)), float(assessment))


def _share(raw: Any, where: str, problems: list[Mistake]) -> Share:
    entry = dict(raw) if isinstance(raw, Mapping) else {"value": raw}
    for key in (key for key in entry if key not in _ENTRY):
        near = nearest_name(str(key), _ENTRY)
        problems.append(Mistake(f"{where}.{key}", "unknown field", allowed=", ".join(_ENTRY), nearest=near))
    value: Any = entry.get("value")
    low, high = entry.get("low", value), entry.get("high", value)
    if not all(_is_share(each) for each in (low, value, high)) or not low <= value <= high:
        problems.append(Mistake(where, "not a share with its interval", raw, "0 to 1, low <= value <= high"))
        return Share(Interval(0.0, 0.0, 0.0))
    source, state = str(entry.get("source", OWN_SOURCE)), str(entry.get("state", "assumed"))
    if source not in load_sources():
        problems.append(Mistake(f"{where}.source", "no such source", source))
    if state not in STATES:
        near = nearest_name(state, STATES)
        problems.append(Mistake(f"{where}.state", "not a state", state, ", ".join(STATES), near))
    return Share(Interval(float(value), float(low), float(high)), source, state)


def _is_share(raw: Any) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool) and 0 <= raw <= 1
