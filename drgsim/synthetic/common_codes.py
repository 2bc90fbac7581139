"""Which codes are likely, and whom a code fits: sex as the checks of cases have it, age by
`age_limits.csv`."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from zlib import crc32

import numpy as np

from ..cases.named_codes import named_codes
from ..codes import Catalogue, Kind
from .targets import rows

_AFTER_ALL = "\uffff"  # sorts after every character of a code


def with_prefix(kind: Kind, prefix: str) -> tuple[str, ...]:
    """The codes that begin with `prefix`, in their order."""
    codes = Catalogue.load(kind).codes
    return codes[bisect_left(codes, prefix) : bisect_left(codes, prefix + _AFTER_ALL)]


_BOTH = frozenset({1, 2})
_ONE_SEX: Mapping[Kind, Mapping[str, int]] = {
    "diagnosis": {"male-diagnoses": 1, "female-diagnoses": 2},
    "procedure": {"male-procedures": 1, "female-procedures": 2},
}
_NEVER_FIRST: Mapping[Kind, tuple[str, ...]] = {
    "diagnosis": (
        "external-causes",
        "history",
        "inflammatory-response",
        "heart-function-class",
        "delivery-outcome",
    ),
    "procedure": ("not-main-procedure",),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """Whom a code fits."""

    sexes: frozenset[int] = _BOTH
    age_from: int = 0
    age_to: int = 120

    def also(self, other: Limit) -> Limit:
        """Whom both fit."""
        if other is ANYONE:
            return self
        return Limit(
            self.sexes & other.sexes,
            max(self.age_from, other.age_from),
            min(self.age_to, other.age_to),
        )


ANYONE = Limit()


def limit(kind: Kind, code: str) -> Limit:
    """The limits of a code of the catalogue."""
    return _limits(kind).get(code, ANYONE)


@cache
def _limits(kind: Kind) -> Mapping[str, Limit]:
    """The codes that have limits."""
    found: dict[str, Limit] = defaultdict(lambda: ANYONE)
    for row in rows("age_limits.csv"):
        if row["kind"] == kind:
            aged = Limit(age_from=int(row["age_from"]), age_to=int(row["age_to"]))
            found |= {code: found[code].also(aged) for code in with_prefix(kind, row["prefix"])}
    for name, sex in _ONE_SEX[kind].items():
        found |= {code: found[code].also(Limit(sexes=frozenset({sex}))) for code in listed_codes(kind, name)}
    return dict(found)


@cache
def never_first(kind: Kind) -> frozenset[str]:
    """The codes that can be no principal diagnosis, or no main procedure."""
    return frozenset[str]().union(*(listed_codes(kind, name) for name in _NEVER_FIRST[kind]))


@cache
def listed_codes(kind: Kind, name: str) -> frozenset[str]:
    """The codes of a list of the checks of cases."""
    codes = Catalogue.load(kind).codes
    return frozenset(codes[place] for place in np.flatnonzero(named_codes(name)))


_TABLES: Mapping[Kind, str] = {
    "diagnosis": "common_diagnoses.csv",
    "procedure": "common_procedures.csv",
}


def common_prefix(kind: Kind, code: str) -> str:
    """The longest listed prefix of `code`; "" when there is none."""
    return _prefixes(kind).get(code, "")


def weight(kind: Kind, column: str, code: str) -> float:
    """How common `code` is in the use that `column` names; 0 when no prefix of it is listed."""
    return prefix_weight(kind, column, common_prefix(kind, code))


def prefix_weight(kind: Kind, column: str, prefix: str) -> float:
    """The weight that a prefix is listed with; 0 when it is not."""
    return _weights(kind, column).get(prefix, 0.0)


@cache
def _prefixes(kind: Kind) -> Mapping[str, str]:
    """The longest listed prefix of every code that has one."""
    listed = sorted((row["prefix"] for row in rows(_TABLES[kind])), key=len)
    return {code: prefix for prefix in listed for code in with_prefix(kind, prefix)}


@cache
def _weights(kind: Kind, column: str) -> Mapping[str, float]:
    return {row["prefix"]: float(row[column]) for row in rows(_TABLES[kind])}


@cache
def usable(kind: Kind) -> frozenset[str]:
    """The codes of the catalogue that are not retired."""
    catalogue = Catalogue.load(kind)
    return frozenset(code for code, gray in zip(catalogue.codes, catalogue.gray, strict=True) if not gray)


def likeliest(kind: Kind, column: str, codes: Iterable[str]) -> list[str]:
    """The usable among `codes`: common ones first, dual codes last, otherwise well mixed."""
    return sorted(usable(kind).intersection(codes), key=_order(kind, column).__getitem__)


@cache
def _order(kind: Kind, column: str) -> Mapping[str, int]:
    """The place of every usable code among all, the likeliest first."""
    ordered = sorted(
        usable(kind), key=lambda code: (-weight(kind, column, code), "*" in code, crc32(code.encode()))
    )
    return {code: place for place, code in enumerate(ordered)}
