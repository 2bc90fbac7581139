"""What a synthetic region is, as those who draw its people, hospitals and cases read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import DrgsimError


class RegionError(DrgsimError, ValueError):
    """A region whose document cannot be used, or that cannot be met."""

    code = "DS451"


@dataclass(frozen=True, slots=True)
class City:
    """A city that insures people and treats them; the other provinces together are one, without insured."""

    id: str
    zh: str
    en: str
    tertiary: float
    price: float
    hospitals: Mapping[int, int]  # level -> number
    insured: float = 0.0
    employee: float = 1.0
    leaving: float = 0.0
    drawing: float = 0.0


@dataclass(frozen=True, eq=False)
class RegionRecord:
    """All that a region states; `SyntheticRegion` is it with what a user asks."""

    id: str
    zh: str
    en: str
    insured_share: float
    fixed_seed: int
    cities: tuple[City, ...]
    outside: City
    assumed: Mapping[str, Mapping[str, Any]]

    @property
    def places(self) -> tuple[City, ...]:
        """The cities and, last, the other provinces."""
        return (*self.cities, self.outside)
