"""What a split has to fulfil, and what it may look at: `data/refine/constraints.toml`, or a file like it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from ..._damaged import read_toml
from ..._paths import data_dir
from ...errors import ArgumentError


@dataclass(frozen=True, slots=True)
class Treatment:
    """A kind of treatment as prefixes of procedure codes, with its names."""

    id: str
    prefixes: tuple[str, ...]
    zh: str
    en: str


@dataclass(frozen=True)
class Constraints:
    """The constraints of a refinement; each is explained where the shipped values stand."""

    min_cases: int
    min_hospitals: int
    min_cv_fall: float
    min_difference: float
    min_gain: float
    most_groups: int
    folds: int
    trim: float
    ages: tuple[int, ...]
    classes: int
    class_length: int
    treatments: tuple[Treatment, ...]
    state: str = "assumed"

    @classmethod
    def load(cls, path: str | Path | None = None, **changed: Any) -> Constraints:
        """The shipped constraints or those of a file, with single ones `changed`.

        Raises ArgumentError for a name that is none, or a value out of its range.

        >>> Constraints.load(min_cases=50).min_cases
        50
        """
        source = data_dir() / "refine" / "constraints.toml" if path is None else Path(path)
        document = read_toml(source)
        features = document["features"]
        found = cls(
            **{name: each["value"] for name, each in document["constraints"].items()},
            ages=tuple(features["ages"]),
            classes=features["classes"],
            class_length=features["class_length"],
            treatments=tuple(
                Treatment(name, tuple(each["prefixes"]), each["zh"], each["en"])
                for name, each in document.get("treatments", {}).items()
            ),
            state=document.get("state", "assumed"),
        )
        known = [each.name for each in fields(cls)]
        for name in changed:
            if name not in known:
                raise ArgumentError("no such constraint", got=name, allowed=known, nearest=known)
        return replace(found, **changed)._checked()

    def _checked(self) -> Constraints:
        for name, low in (("min_cases", 2), ("min_hospitals", 1), ("most_groups", 1), ("folds", 2)):
            if getattr(self, name) < low:
                raise ArgumentError(
                    f"{name} is too small", got=getattr(self, name), allowed=f"at least {low}"
                )
        if not 0 < self.trim <= 1:
            raise ArgumentError("trim is a quantile", got=self.trim, allowed="above 0, at most 1")
        return self

    def words(self) -> Mapping[str, Mapping[str, Any]]:
        """The names of the constraints in both languages, as the shipped file has them."""
        path = data_dir() / "refine" / "constraints.toml"
        return dict(read_toml(path)["constraints"])
