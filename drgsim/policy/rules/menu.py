"""The closed menu of effects a rule may have, declared in `data/policies/effects/`, one small file each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from ..._paths import data_path
from ...errors import ArgumentError
from ..yaml_text import read_yaml

STAGES = (
    "carve", "weight", "coefficient", "standard", "route", "outlier", "payment", "review", "total", "benefit",
)  # fmt: skip
KINDS = ("amount", "number", "ratio", "words", "choice", "bool", "condition", "bands")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of an effect: its kind, bounds, choices, default and labels."""

    name: str
    kind: str
    zh: str
    en: str
    required: bool = False
    default: Any = None
    min: float | None = None
    max: float | None = None
    above: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """What it may be, in words."""
        words = {
            "amount": "a number, an expression over facts, or a table {fact: {value: amount, other: amount}}",
            "number": "a number",
            "ratio": "a number from 0 to 1",
            "words": "a text, or a table {fact: {value: text}}",
            "choice": ", ".join(self.choices),
            "bool": "true or false",
            "condition": "a condition",
            "bands": "a list of [upper bound, number], the last bound null",
        }[self.kind]
        bounds = [("above", self.above), ("at least", self.min), ("at most", self.max)]
        return " ".join([words, *(f"{word} {bound:g}" for word, bound in bounds if bound is not None)])


@dataclass(frozen=True, slots=True)
class EffectKind:
    """An effect of the menu: where on the street it works and what it is told.

    `maker` is set for effects registered from outside; those of the menu are found by name.
    """

    name: str
    zh: str
    en: str
    stage: str
    arguments: Mapping[str, Argument]
    any_of: tuple[str, ...] = ()
    note: str = ""
    example: Mapping[str, Any] = field(default_factory=dict)
    maker: Any = None

    @property
    def outside(self) -> bool:
        """Whether it is no part of drgsim."""
        return self.maker is not None


_REGISTERED: dict[str, EffectKind] = {}


def effects() -> Mapping[str, EffectKind]:
    """Every effect by name: the menu, and what was registered from outside.

    >>> effects()["per_diem"].stage
    'route'
    """
    return MappingProxyType({**_menu(), **_outside(), **_REGISTERED})


def register_effect(
    name: str,
    maker: Any,
    *,
    stage: str,
    zh: str,
    en: str,
    arguments: Mapping[str, Mapping[str, Any]] | None = None,
    note: str = "",
) -> EffectKind:
    """Add an effect of one's own, for what a region needs and the menu lacks.

    Parameters
    ----------
    name : as rules write it; not one of the menu
    maker : called with the parsed arguments (a dict); gives an object with `apply(state, rows, facts)`, which
        returns a `drgsim.payment.state.Change` or None, and `tell(state, i)`, a pair of texts (zh, en)
    stage : where on the street it works, one of `STAGES`
    arguments : name to kind, zh, en, default …, as in `data/policies/effects/`

    An installed package may do the same by an entry point of the group `drgsim.effects` that gives an
    EffectKind. Every display shows such a rule as coming from outside.
    """
    if name in _menu():
        raise ArgumentError("an effect of the menu has this name", got=name)
    if stage not in STAGES:
        raise ArgumentError("no such stage", got=stage, allowed=STAGES, nearest=STAGES)
    declared = {key: _argument(key, raw) for key, raw in (arguments or {}).items()}
    _REGISTERED[name] = EffectKind(name, zh, en, stage, MappingProxyType(declared), note=note, maker=maker)
    return _REGISTERED[name]


def forget_effect(name: str) -> None:
    """Take a registered effect out again."""
    _REGISTERED.pop(name, None)


@cache
def _menu() -> Mapping[str, EffectKind]:
    kinds = (
        _kind(path.stem, read_yaml(path)) for path in sorted(data_path("policies", "effects").glob("*.yaml"))
    )
    return {kind.name: kind for kind in kinds}


@cache
def _outside() -> Mapping[str, EffectKind]:
    from importlib.metadata import entry_points

    found = (point.load() for point in entry_points(group="drgsim.effects"))
    return {kind.name: kind for kind in found if kind.name not in _menu()}


def _kind(name: str, raw: Mapping[str, Any]) -> EffectKind:
    arguments = {key: _argument(key, each) for key, each in raw["arguments"].items()}
    return EffectKind(
        name=name,
        zh=raw["zh"],
        en=raw["en"],
        stage=raw["stage"],
        arguments=MappingProxyType(arguments),
        any_of=tuple(raw.get("any_of", ())),
        note=raw.get("note", ""),
        example=raw.get("example", {}),
    )


def _argument(name: str, raw: Mapping[str, Any]) -> Argument:
    ratio = raw["kind"] == "ratio"
    return Argument(
        name=name,
        kind=raw["kind"],
        zh=raw.get("zh", name),
        en=raw.get("en", name),
        required=raw.get("required", False),
        default=raw.get("default"),
        min=raw.get("min", 0 if ratio else None),
        max=raw.get("max", 1 if ratio else None),
        above=raw.get("above"),
        choices=tuple(raw.get("choices", ())),
    )
