"""One assumption: what may be assumed (`data/simulation/assumptions.yaml`), a value and interval by year,
its source."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from ..._paths import data_path
from ...errors import nearest_name
from ...policy.policy_errors import Mistake, as_text, shown
from ...policy.yaml_text import read_yaml
from ...settlement.budgets import INSURANCES
from ...sources import STATES
from ...sources import load as load_sources
from ...synthetic.targets import bands


@dataclass(frozen=True, slots=True)
class Assumable:
    """One thing to assume: labels, unit, what it may differ by, bounds and the value that changes nothing."""

    name: str
    zh: str
    en: str
    unit: str
    by: tuple[str, ...]
    min: float
    max: float
    neutral: float

    @property
    def levels(self) -> tuple[str, ...]:
        """The paths of its values before age: one for each insurance, or its name alone.

        >>> catalogue()["income_growth"].levels
        ('income_growth.employee', 'income_growth.resident')
        """
        return tuple(f"{self.name}.{each}" for each in INSURANCES) if "insurance" in self.by else (self.name,)


@cache
def catalogue() -> Mapping[str, Assumable]:
    """Everything that may be assumed, by name.

    >>> catalogue()["reweighting_lag"].unit
    'years'
    """
    raw = read_yaml(data_path("simulation", "assumption_parameters.yaml"))
    return MappingProxyType(
        {name: Assumable(name=name, **{**row, "by": tuple(row["by"])}) for name, row in raw.items()}
    )


@cache
def age_bands() -> tuple[str, ...]:
    """Ids of the age bands, from young to old."""
    return tuple(band.id for band in bands())


@cache
def paths() -> frozenset[str]:
    """Every path a document may give a value to.

    >>> {"income_growth", "income_growth.employee", "rate_growth.resident/oldest"} <= paths()
    True
    """
    found = set(catalogue())
    for each in catalogue().values():
        found.update(each.levels)
        if "band" in each.by:
            found.update(f"{level}/{band}" for level in each.levels for band in age_bands())
    return frozenset(found)


def assumable(path: str) -> Assumable:
    """What the path belongs to."""
    return catalogue()[path.partition("/")[0].partition(".")[0]]


FIELDS = ("value", "low", "high", "source", "state", "note")
OWN_SOURCE = "R000"  # a value the reader sets without saying where it is from
ALWAYS = 0  # the year of a value that has none


@dataclass(frozen=True, slots=True)
class Interval:
    """A central value and the lowest and highest it may take."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Assumed:
    """Values by the year from which each holds; the first holds before its year as well."""

    steps: tuple[tuple[int, Interval], ...]
    source: str = OWN_SOURCE
    state: str = "assumed"
    note: str = ""

    def at(self, year: int) -> Interval:
        """The value and interval of a year.

        >>> Assumed(((2026, Interval(0.05, 0.05, 0.05)), (2029, Interval(0.04, 0.03, 0.05)))).at(2030).low
        0.03
        """
        started = [each for since, each in self.steps if since <= year]
        return started[-1] if started else self.steps[0][1]

    def after(self, earlier: Assumed | None) -> Assumed:
        """These values, and before their first year those of `earlier`."""
        first = self.steps[0][0]
        before = tuple(step for step in earlier.steps if step[0] < first) if earlier else ()
        return replace(self, steps=before + self.steps) if before else self

    @property
    def uncertain(self) -> bool:
        return any(each.low < each.high for _, each in self.steps)

    def canonical(self) -> list[list[float | None]]:
        """The years in which something changes, and to what; equal meanings give equal lists."""
        kept: list[list[float | None]] = []
        for year, each in self.steps:
            numbers = [each.value + 0.0, each.low + 0.0, each.high + 0.0]
            if not kept or kept[-1][1:] != numbers:
                kept.append([year if kept else None, *numbers])
        return kept

    def to_entry(self) -> dict[str, Any]:
        """The entry of a document that reads back as this."""
        entry: dict[str, Any] = {"value": self._dated("value")}
        if any(not each.low == each.value == each.high for _, each in self.steps):
            entry |= {"low": self._dated("low"), "high": self._dated("high")}
        entry |= {"source": self.source, "state": self.state}
        return entry | ({"note": self.note} if self.note else {})

    def _dated(self, name: str) -> float | dict[int, float]:
        if len(self.steps) == 1:
            return float(getattr(self.steps[0][1], name))
        return {year: float(getattr(each, name)) for year, each in self.steps}


def neutral(what: Assumable) -> Assumed:
    """The value that changes nothing."""
    return Assumed(((ALWAYS, Interval(what.neutral, what.neutral, what.neutral)),))


def read_assumed(what: Assumable, raw: Any, where: str, problems: list[Mistake]) -> Assumed | None:
    """One entry: a number, `{year: number}`, or a mapping of `FIELDS` whose numbers may be dated.

    A value without low and high has no interval.
    What cannot be read is added to `problems`; then the result is None.
    """
    before = len(problems)
    entry = raw if isinstance(raw, Mapping) and not _is_dated(raw) else {"value": raw}
    for key in (key for key in entry if key not in FIELDS):
        problems.append(Mistake(f"{where}.{key}", "unknown field", nearest=nearest_name(str(key), FIELDS)))
    if "value" not in entry:
        problems.append(Mistake(where, "the value is missing", allowed="a number, or {year: number}"))
        return None
    if ("low" in entry) != ("high" in entry):
        problems.append(Mistake(where, "an interval needs both ends", allowed="low and high, or neither"))
    value = _series(what, entry["value"], where, problems)
    low = _series(what, entry["low"], f"{where}.low", problems) if "low" in entry else value
    high = _series(what, entry["high"], f"{where}.high", problems) if "high" in entry else value
    source, state = _trust(entry, where, problems)
    note = as_text(entry.get("note"), f"{where}.note", problems)
    if len(problems) > before:
        return None
    years = sorted({*value, *low, *high})
    steps = tuple((year, Interval(_at(value, year), _at(low, year), _at(high, year))) for year in years)
    for year, each in steps:
        if not each.low <= each.value <= each.high:
            at = f"{where}/{year}" if len(steps) > 1 else where
            problems.append(
                Mistake(at, "the value is outside its interval", each.value, f"{each.low} to {each.high}")
            )
            return None
    return Assumed(steps, source, state, note)


def _is_dated(raw: Mapping[Any, Any]) -> bool:
    return bool(raw) and all(not isinstance(key, str) or key.isdigit() for key in raw)


def _series(what: Assumable, raw: Any, where: str, problems: list[Mistake]) -> dict[int, float]:
    """Year to number; the year `ALWAYS` for a number without one."""
    found: dict[int, float] = {}
    if isinstance(raw, Mapping) and not raw:
        problems.append(Mistake(where, "no year is named", allowed="{year: number}"))
    for key, stated in raw.items() if isinstance(raw, Mapping) else [(ALWAYS, raw)]:
        at = where if key == ALWAYS else f"{where}/{key}"
        year = _year(key)
        if year is None or year in found:
            problems.append(Mistake(at, "not a year, or named twice", got=key, allowed="a year such as 2027"))
            continue
        number = stated if isinstance(stated, int | float) and not isinstance(stated, bool) else math.nan
        if not what.min <= number <= what.max:
            problems.append(
                Mistake(at, "not a number within bounds", stated, f"{what.min} to {what.max} ({what.unit})")
            )
        found[year] = float(number)
    return dict(sorted(found.items()))


def _year(key: Any) -> int | None:
    if isinstance(key, str) and key.isdigit():
        key = int(key)
    is_year = isinstance(key, int) and not isinstance(key, bool) and (key == ALWAYS or 1900 <= key <= 2200)
    return int(key) if is_year else None


def _trust(entry: Mapping[str, Any], where: str, problems: list[Mistake]) -> tuple[str, str]:
    source, state = entry.get("source", OWN_SOURCE), entry.get("state", "assumed")
    for name, text in (("source", source), ("state", state)):
        if not isinstance(text, str) or not text.strip():
            problems.append(
                Mistake(f"{where}.{name}", "is empty, or no text", shown(text), "leave it out, or name one")
            )
            return OWN_SOURCE, "assumed"
    if source not in load_sources():
        near = nearest_name(source, load_sources())
        problems.append(Mistake(f"{where}.source", "no such source", got=source, nearest=near))
    if state not in STATES:
        problems.append(Mistake(f"{where}.state", "not a state of trust", state, ", ".join(STATES)))
    elif source in load_sources() and STATES.index(state) < STATES.index(load_sources()[source].state):
        best = load_sources()[source].state
        problems.append(Mistake(f"{where}.state", f"more trust than the source {source} has", state, best))
    return source, state


def _at(series: Mapping[int, float], year: int) -> float:
    started = [number for since, number in series.items() if since <= year]
    return started[-1] if started else next(iter(series.values()))
