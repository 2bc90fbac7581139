"""A lever of the fund: one file of code, one of facts, zero by default, one bar of the waterfall.

`drgsim/fund/levers/<id>.py` holds `before(plan, amount, settings)`, which changes assumptions before people
and money are counted, or `after(plan, amount, settings)`, which changes money when people are counted; or
both. `data/fund/levers/<id>.yaml` holds its names, unit, bounds, evidence and settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from .._paths import data_path
from ..sources import resolve
from .dated import Dated
from .errors import FundError
from .plan import Plan

Floats = npt.NDArray[np.float64]
Change = Callable[[Plan, Floats, Mapping[str, float]], None]


@dataclass(frozen=True, slots=True)
class Setting:
    """A number a lever needs besides its amount, with its source and trust state."""

    value: float
    zh: str
    en: str
    unit: str
    source: str
    state: str
    note: str = ""
    min: float = -1e18
    max: float = 1e18


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
    with data_path("fund", "levers", f"{name}.yaml").open(encoding="utf-8") as file:
        facts: dict[str, Any] = yaml.safe_load(file)
    module = import_module(f"drgsim.fund.levers.{name}")
    settings = {key: Setting(**entry) for key, entry in facts.pop("settings", {}).items()}
    for source in (facts["source"], *(each.source for each in settings.values())):
        resolve(source)
    return Lever(
        id=name,
        settings=MappingProxyType(settings),
        before=getattr(module, "before", None),
        after=getattr(module, "after", None),
        **{"step": 0.0, **facts},
    )


@dataclass(frozen=True, eq=False)
class Use:
    """A lever in a scenario: its dated amount and the settings that differ from the shipped ones."""

    lever: Lever
    amount: Dated
    settings: Mapping[str, float]

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
        for key, value in settings.items():
            if key not in what.settings:
                raise FundError(
                    f"{name} has no such setting", got=key, allowed=sorted(what.settings),
                    nearest=what.settings,
                )  # fmt: skip
            at = what.settings[key]
            if isinstance(value, bool) or not isinstance(value, int | float) or not at.min <= value <= at.max:
                raise FundError(f"{name}.{key} cannot have this value", got=value, allowed=[at.min, at.max])
        return cls(what, dated, {key: float(value) for key, value in settings.items()})

    @property
    def moves(self) -> bool:
        """Whether it changes anything at all."""
        return any(value != 0 for value in self.amount.values())

    def all_settings(self) -> dict[str, float]:
        return {key: each.value for key, each in self.lever.settings.items()} | dict(self.settings)

    def apply(self, plan: Plan, when: str) -> None:
        change = getattr(self.lever, when)
        if change is not None and self.moves:
            amount = self.amount.mean_of_years(plan.first, plan.years)
            if amount.any():
                change(plan, amount, self.all_settings())
