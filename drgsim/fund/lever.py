"""A lever of the fund: its code, its facts, zero by default, one bar of the waterfall.

A file of `drgsim/fund/levers/` holds `before_<id>(plan, amount, settings)`, which changes assumptions before
people and money are counted, or `after_<id>(plan, amount, settings)`, which changes money when people are
counted; or both. `data/fund/levers/<id>.yaml` holds its names, unit, bounds, evidence and settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._paths import data_path, data_yaml
from ..sources import resolve
from .draws import Dated
from .fund_errors import FundError
from .levers import Change, change
from .plan import Plan

if TYPE_CHECKING:
    from .draws import Draws

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spread:
    """What a setting is set to: a number, the interval that holds nine tenths of what it may be, and where
    it is from (the lever's own source and state when empty)."""

    value: float
    low: float
    high: float
    source: str = ""
    state: str = ""

    @classmethod
    def of(cls, stated: Any, setting: Setting, name: str) -> Spread:
        """A number, or a mapping of value, low, high, source and state; raises FundError."""
        entry = dict(stated) if isinstance(stated, Mapping) else {"value": stated}
        wrong = [key for key in entry if key not in cls.__slots__]
        value = entry.get("value")
        numbers: list[Any] = [entry.get("low", value), value, entry.get("high", value)]
        fit = all(
            isinstance(each, int | float)
            and not isinstance(each, bool)
            and setting.min <= each <= setting.max
            for each in numbers
        )
        if wrong or not fit or not numbers[0] <= numbers[1] <= numbers[2]:
            raise FundError(
                f"{name} cannot have this value",
                got=stated,
                allowed=f"a number from {setting.min:g} to {setting.max:g}, or value, low and high",
            )
        source, state = str(entry.get("source", "")), str(entry.get("state", ""))
        if source:
            resolve(source)
        return cls(float(numbers[1]), float(numbers[0]), float(numbers[2]), source, state)

    def to_plain(self) -> Any:
        """As `of` reads it back."""
        if self.low == self.value == self.high and not self.source:
            return self.value
        found: dict[str, Any] = {"value": self.value, "low": self.low, "high": self.high}
        return found | ({"source": self.source, "state": self.state} if self.source else {})


@dataclass(frozen=True, slots=True)
class Setting:
    """A number a lever needs besides its amount, with its interval, source and trust state."""

    value: float
    zh: str
    en: str
    unit: str
    source: str
    state: str
    note: str = ""
    min: float = -1e18
    max: float = 1e18
    low: float | None = None
    high: float | None = None

    @property
    def spread(self) -> Spread:
        """What it is unless a scenario states another."""
        low, high = (self.value if each is None else each for each in (self.low, self.high))
        return Spread(self.value, low, high)


@dataclass(frozen=True)
class Lever:
    """What can be changed: amount 0 changes nothing. `evidence` says what is known of its effect."""

    id: str
    zh: str
    en: str
    unit: str
    min: float
    max: float
    source: str
    state: str
    evidence: str
    step: float  # a goal is answered in whole steps
    settings: Mapping[str, Setting]
    before: Change | None
    after: Change | None
    pooling: str = ""  # a mode of provincial pooling, run year by year in the ledger


@cache
def levers() -> Mapping[str, Lever]:
    """Every lever by id, in alphabetical order.

    >>> levers()["resident_premium"].unit
    'yuan'
    """
    folder = data_path("fund", "levers")
    return MappingProxyType({path.stem: _read(path.stem) for path in sorted(folder.glob("*.yaml"))})


def lever(name: str) -> Lever:
    """The lever of that name; raises FundError with the nearest."""
    if name not in levers():
        raise FundError("no such lever", got=name, nearest=levers(), allowed=sorted(levers()))
    return levers()[name]


def _read(name: str) -> Lever:
    facts: dict[str, Any] = data_yaml("fund", "levers", f"{name}.yaml")
    settings = {key: Setting(**entry) for key, entry in facts.pop("settings", {}).items()}
    for source in (facts["source"], *(each.source for each in settings.values())):
        resolve(source)
    before, after = change(name, "before"), change(name, "after")
    assert before or after or facts.get("pooling"), f"no code for the lever {name}"
    return Lever(
        id=name,
        settings=MappingProxyType(settings),
        before=before,
        after=after,
        **{"step": 0.0, **facts},
    )


@dataclass(frozen=True, eq=False)
class Use:
    """A lever in a scenario: its dated amount and the settings that differ from the shipped ones."""

    lever: Lever
    amount: Dated
    settings: Mapping[str, Spread]

    @classmethod
    def of(cls, name: str, amount: Any, settings: Mapping[str, Any]) -> Use:
        """Checked against the lever's bounds and settings; raises FundError."""
        what = lever(name)
        dated = Dated.of(amount, name=name)
        for value in dated.values():
            if value != 0 and not what.min <= value <= what.max:
                raise FundError(
                    f"{name} cannot have this amount",
                    got=value,
                    allowed=f"0, or {what.min:g} to {what.max:g} {what.unit}",
                )
        for key in settings:
            if key not in what.settings:
                raise FundError(
                    f"{name} has no such setting", got=key, allowed=sorted(what.settings),
                    nearest=what.settings,
                )  # fmt: skip
        spreads = {
            key: Spread.of(value, what.settings[key], f"{name}.{key}") for key, value in settings.items()
        }
        return cls(what, dated, spreads)

    @property
    def moves(self) -> bool:
        """Whether it changes anything at all."""
        return any(value != 0 for value in self.amount.values())

    @property
    def source(self) -> str:
        """Where what it moves is from: the tables a setting was measured on, or the lever's own."""
        return next((each.source for each in self.settings.values() if each.source), self.lever.source)

    @property
    def state(self) -> str:
        """How far that can be trusted."""
        return next((each.state for each in self.settings.values() if each.state), self.lever.state)

    def all_settings(self, draws: Draws | None = None) -> dict[str, Any]:
        """Each setting's number; one with an interval as (draws, 1) numbers where there are draws."""
        found: dict[str, Any] = {}
        for key, what in self.lever.settings.items():
            at = self.settings.get(key, what.spread)
            found[key] = at.value
            if draws is not None and at.low < at.high:
                name = f"{self.lever.id}.{key}"
                found[key] = draws.between(name, at.low, at.value, at.high, what.min, what.max)[:, None]
        return found

    def apply(self, plan: Plan, when: str) -> None:
        change = getattr(self.lever, when)
        if change is not None and self.moves:
            amount = self.amount.mean_of_years(plan.first, plan.years)
            if amount.any():
                change(plan, amount, self.all_settings(plan.draws))
