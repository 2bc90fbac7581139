"""What each behavioural response may be told, declared once in `data/simulation/responses.yaml`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from ..._paths import data_path
from ...errors import nearest_name
from ...policy.policy_errors import Mistake
from ...policy.yaml_text import read_yaml


@dataclass(frozen=True, slots=True)
class ResponseParameter:
    """One number of a response: its labels, unit, bounds (both allowed) and default.

    `strength` marks those that are 0 unless set, and that a phase-in scales. `published` is what a source
    observed, where one did: shown beside a setting, never used as a default.
    """

    name: str
    zh: str
    en: str
    unit: str
    min: float
    max: float
    default: float
    source: str
    state: str
    strength: bool = False
    published: float | None = None

    @property
    def allowed(self) -> str:
        return f"a number of at least {self.min:g} and at most {self.max:g}"


@dataclass(frozen=True, slots=True)
class Declaration:
    """A response: its titles and evidence (`zh`, `en`), the sources of that evidence, its parameters."""

    name: str
    title: Mapping[str, str]
    evidence: Mapping[str, str]
    source: str
    also: tuple[str, ...]
    state: str
    parameters: Mapping[str, ResponseParameter]

    def check(self, values: Any, where: str, problems: list[Mistake]) -> dict[str, float]:
        """The usable values, as numbers in the declared order; what is wrong goes to `problems`.

        A value equal to its default is left out, so that saying it and not saying it are the same. `where`
        is the path of the response in its document.

        >>> problems: list[Mistake] = []
        >>> declared()["out_of_pocket"].check({"share": 0.7, "stay": 1}, "out_of_pocket", problems)
        {}
        >>> print(*problems, sep="\\n")
        out_of_pocket.share: out of bounds; got 0.7; allowed: a number of at least 0 and at most 0.3
        out_of_pocket.stay: no such parameter; did you mean 'stays'?; allowed: share, stays, from_ratio
        """
        if not isinstance(values, Mapping):
            words = f"a mapping of {', '.join(self.parameters)} to numbers"
            problems.append(Mistake(where, "not a mapping", values, words))
            return {}
        usable: dict[str, float] = {}
        for name, value in values.items():
            parameter = self.parameters.get(name)
            if parameter is None:
                near, names = nearest_name(str(name), self.parameters), ", ".join(self.parameters)
                problems.append(Mistake(f"{where}.{name}", "no such parameter", allowed=names, nearest=near))
            elif isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < math.inf:
                problems.append(Mistake(f"{where}.{name}", "not a number", value, parameter.allowed))
            elif not parameter.min <= value <= parameter.max:
                problems.append(Mistake(f"{where}.{name}", "out of bounds", value, parameter.allowed))
            elif value != parameter.default:
                usable[name] = float(value)
        return {name: usable[name] for name in self.parameters if name in usable}

    def filled(self, values: Mapping[str, float]) -> dict[str, float]:
        """Every parameter with its value, the default where none is given."""
        return {
            name: float(values.get(name, parameter.default)) for name, parameter in self.parameters.items()
        }

    def scaled(self, values: Mapping[str, float], share: float) -> dict[str, float]:
        """The values when only `share` (0 to 1) of the response is in force: its strengths are scaled.

        >>> declared()["coding_drift"].scaled({"share": 0.1, "mcc": 0.3}, 0.5)
        {'share': 0.05, 'mcc': 0.3}
        """
        return {
            name: value * share if self.parameters[name].strength else value for name, value in values.items()
        }

    def is_idle(self, values: Mapping[str, float]) -> bool:
        """Whether every strength is 0, so that the response changes nothing."""
        return not any(
            values.get(name, 0.0) for name, parameter in self.parameters.items() if parameter.strength
        )


@cache
def declared() -> Mapping[str, Declaration]:
    """Every response by name, in the order in which responses are applied.

    >>> list(declared())[:3]
    ['volume', 'referral', 'splitting']
    >>> declared()["coding_drift"].parameters["share"].published
    0.1291
    """
    raw = read_yaml(data_path("simulation", "responses.yaml"))
    return MappingProxyType({name: _declaration(name, entry) for name, entry in raw.items()})


def _declaration(name: str, raw: Mapping[str, Any]) -> Declaration:
    own = {"source": raw["source"], "state": raw["state"]}
    parameters = {
        each: ResponseParameter(each, **{**own, **stated}) for each, stated in raw["parameters"].items()
    }
    return Declaration(
        name,
        MappingProxyType(raw["title"]),
        MappingProxyType(raw["evidence"]),
        raw["source"],
        tuple(raw.get("also", ())),
        raw["state"],
        MappingProxyType(parameters),
    )
