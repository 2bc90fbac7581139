"""What a projection may assume, declared once in `data/simulation/assumption_parameters.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ..._paths import data_path
from ...policy.yaml_text import read_yaml
from ...settlement.budgets import INSURANCES


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
    from ...synthetic.bands import bands

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
