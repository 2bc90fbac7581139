"""Whom a code fits: sex as the checks of cases have it, age by `age_limits.csv`; and what it may be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..cases.named_codes import named_codes
from ..codes import Catalogue, Kind
from .data_tables import rows
from .prefixes import with_prefix

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
