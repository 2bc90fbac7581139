"""The numbers a DIP catalogue is built by when the caller does not say: `data/dip/builder.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..._paths import data_path
from ...errors import ArgumentError


@dataclass(frozen=True, slots=True)
class Default:
    """A parameter of the builder: its value, where it is from, and how far to trust it."""

    value: Any
    zh: str
    en: str
    source: str
    state: str
    note: str = ""


@cache
def builder_defaults() -> Mapping[str, Default]:
    """Every parameter of `DipCatalogueBuilder` by name.

    >>> builder_defaults()["core_min_cases"].value
    15
    """
    document = tomllib.loads(data_path("dip", "builder.toml").read_text(encoding="utf-8"))
    return {name: Default(**{"value": None, **row}) for name, row in document.items()}


_CHOICES = {
    "diagnosis_characters": (4, 6),
    "score_method": ("mean_cost", "benchmark", "fixed_sum"),
    "trim": ("none", "percentile", "iqr"),
    "hospital_coefficient": ("mean", "case_mix"),
}
_SHARES = ("core_coverage", "primary_care_share", "auxiliary_cv_cut")


def parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults with what is given in their place; ArgumentError for what cannot be."""
    defaults = builder_defaults()
    for name, value in given.items():
        if name not in defaults:
            raise ArgumentError(
                "the builder has no such parameter", got=name, allowed=list(defaults), nearest=defaults
            )
        if name in _CHOICES and value not in _CHOICES[name]:
            raise ArgumentError(f"{name} cannot be this", got=value, allowed=_CHOICES[name])
        if name in _SHARES and value is not None and not 0 < value <= 1:
            raise ArgumentError(f"{name} is a share", got=value, allowed="above 0, at most 1")
        if name.endswith("_cases") and (not isinstance(value, int) or value < 1):
            raise ArgumentError(f"{name} is a number of cases", got=value, allowed="1 or more")
    return {**{name: default.value for name, default in defaults.items()}, **given}
