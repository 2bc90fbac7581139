"""The parameter catalogue: what a policy may say, declared once in `data/policies/parameters/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from types import MappingProxyType
from typing import Any

from .._paths import data_path
from .yaml_text import read_yaml

_NOT_NEGATIVE = ("money", "ratio")
NUMERIC = frozenset({"number", "money", "ratio", "integer"})
OTHER = "other"  # the key that stands for every key not named


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something a value may differ by. `keys` is None where a city uses its own names."""

    name: str
    zh: str
    en: str
    keys: tuple[str, ...] | None
    aliases: Mapping[str, str]

    def label(self, key: Any) -> str:
        """The one spelling of a key: `3`, `3.0`, `"3"` and an alias of it are all `"3"`."""
        if isinstance(key, float) and key.is_integer():
            key = int(key)
        text = str(key).strip()
        return self.aliases.get(text, text)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing a policy may set: its labels, unit, type, what it varies by, bounds and neutral default.

    `default` switches the rule off (or leaves it neutral) for a policy that does not mention it.
    `choices` and `needs` belong to the type `choice`: label by language, and the parameters an option needs.
    `band` names the number bands run over; with `slices`, each band's value holds for its slice only.
    `at_most` names the parameter whose value, where both have one, this one's must not pass.
    """

    path: str
    zh: str
    en: str
    type: str
    default: Any
    unit: str = ""
    by: tuple[str, ...] = ()
    band: str | None = None
    slices: bool = False
    min: float | None = None
    max: float | None = None
    above: float | None = None
    at_most: str = ""
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    note: str = ""

    @property
    def nullable(self) -> bool:
        return self.default is None

    @property
    def varies(self) -> bool:
        return bool(self.by) or self.band is not None

    @property
    def allowed(self) -> str:
        """What one value may be, in words."""
        if self.type == "choice":
            words = ", ".join(self.choices)
        elif self.type in NUMERIC:
            words = " ".join([self.type, *self._bounds()])
        else:
            words = {"bool": "true or false", "text": "text", "codes": "a list of codes"}[self.type]
        return f"{words}, or null" if self.nullable else words

    def _bounds(self) -> list[str]:
        bounds = [("above", self.above), ("at least", self.min), ("at most", self.max)]
        return [f"{word} {value:g}" for word, value in bounds if value is not None]


@cache
def dimensions() -> Mapping[str, Dimension]:
    """The dimensions a value may differ by, from `dimensions.yaml`."""
    raw = read_yaml(data_path("policies", "parameters", "dimensions.yaml"))
    return MappingProxyType(
        {
            name: Dimension(
                name,
                entry["zh"],
                entry["en"],
                None if entry["keys"] == "any" else tuple(entry["keys"]),
                MappingProxyType(entry.get("aliases", {})),
            )
            for name, entry in raw["keys"].items()
        }
    )


@cache
def band_labels() -> Mapping[str, Mapping[str, str]]:
    """The numbers bands may run over, each with its labels and unit."""
    raw = read_yaml(data_path("policies", "parameters", "dimensions.yaml"))
    return MappingProxyType(raw["bands"])


@cache
def _largest() -> Mapping[str, float]:
    raw = read_yaml(data_path("policies", "parameters", "dimensions.yaml"))
    return MappingProxyType({name: float(value) for name, value in raw["largest"].items()})


def largest(kind: str, unit: str = "") -> float | None:
    """The largest number of a unit or type that means anything; None for what is no number.

    >>> largest("integer", "digits"), largest("ratio", "share"), largest("bool")
    (10.0, 1.0, None)
    """
    if kind not in NUMERIC:
        return None
    return _largest()[kind if unit in NUMERIC else unit if unit in _largest() else kind]


@cache
def catalogue() -> Mapping[str, Parameter]:
    """Every parameter by its path, in the order of the street.

    >>> catalogue()["outlier.low.threshold"].en
    'low-outlier threshold'
    """
    folder = data_path("policies", "parameters")
    order = read_yaml(folder / "dimensions.yaml")["areas"]
    parameters: dict[str, Parameter] = {}
    for area in order:
        for template, raw in read_yaml(folder / f"{area}.yaml").items():
            for path in _expand(template):
                parameters[path] = _parameter(path, raw)
    return MappingProxyType(parameters)


def _expand(template: str) -> list[str]:
    """`benefit.{insurance}.ceiling` → one path for each key of the named dimension."""
    names = [part[1:-1] for part in template.split(".") if part.startswith("{")]
    keys = [dimensions()[name].keys or () for name in names]
    return [template.format(**dict(zip(names, chosen, strict=True))) for chosen in product(*keys)]


def _parameter(path: str, raw: Mapping[str, Any]) -> Parameter:
    low = 0.0 if raw["type"] in _NOT_NEGATIVE else None
    band = raw.get("band", {})
    choices = raw.get("choices", {})
    default = raw["default"]
    return Parameter(
        path=path,
        zh=raw["zh"],
        en=raw["en"],
        type=raw["type"],
        default=tuple(default) if isinstance(default, list) else default,
        unit=raw.get("unit", ""),
        by=tuple(raw.get("by", ())),
        band=band.get("over"),
        slices=band.get("kind") == "slices",
        min=raw.get("min", None if "above" in raw else low),
        max=raw.get("max", largest(raw["type"], raw.get("unit", ""))),
        above=raw.get("above"),
        at_most=raw.get("at_most", ""),
        choices=MappingProxyType(choices),
        needs=MappingProxyType({key: tuple(option.get("needs", ())) for key, option in choices.items()}),
        required=tuple(raw.get("required", ())),
        note=raw.get("note", ""),
    )
