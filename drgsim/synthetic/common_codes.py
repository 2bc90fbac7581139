"""Which codes of a list are likely, and whom they fit: `common_*.csv` and `age_limits.csv`.

Both are assumptions: no published count of codes stands behind them. A code that no row names is rare
but possible; retired codes are never used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from zlib import crc32

from ..cases.named_codes import named_codes
from ..codes import Catalogue, Kind
from .tables import rows

_BOTH = frozenset({1, 2})
_ONE_SEX: Mapping[Kind, tuple[tuple[int, str], ...]] = {
    "diagnosis": ((1, "male-diagnoses"), (2, "female-diagnoses")),
    "procedure": ((1, "male-procedures"), (2, "female-procedures")),
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
    """Whom a code fits, and whether it can be the first of its kind."""

    sexes: frozenset[int] = _BOTH
    age_from: int = 0
    age_to: int = 120
    first: bool = True

    def also(self, other: Limit) -> Limit:
        """Whom both fit."""
        if other is ANYONE:
            return self
        return Limit(
            self.sexes & other.sexes,
            max(self.age_from, other.age_from),
            min(self.age_to, other.age_to),
            self.first and other.first,
        )


ANYONE = Limit()


@cache
def limit(kind: Kind, code: str) -> Limit:
    """The limits of a code of the catalogue: its sex and place as checks of cases have them, and its age."""
    place = Catalogue.load(kind).id_of(code)
    sexes = frozenset(sex for sex, name in _ONE_SEX[kind] if named_codes(name)[place]) or _BOTH
    first = not any(named_codes(name)[place] for name in _NEVER_FIRST[kind])
    ages = _longest(_ages(kind), code)
    found = Limit(sexes, *(_ages(kind)[ages] if ages else (0, 120)), first)
    return ANYONE if found == ANYONE else found


@cache
def _ages(kind: Kind) -> Mapping[str, tuple[int, int]]:
    return {
        row["prefix"]: (int(row["age_from"]), int(row["age_to"]))
        for row in rows("age_limits.csv")
        if row["kind"] == kind
    }


def _longest(prefixes: Collection[str], code: str) -> str:
    """The longest of the prefixes that `code` begins with; "" when it begins with none."""
    return next((code[:n] for n in range(len(code), 0, -1) if code[:n] in prefixes), "")


@cache
def _weights(kind: Kind, column: str) -> dict[str, float]:
    return {row["prefix"]: float(row[column]) for row in rows(f"common_{_FILES[kind]}.csv")}


_FILES: dict[Kind, str] = {"diagnosis": "diagnoses", "procedure": "procedures"}


@cache
def common_prefix(kind: Kind, column: str, code: str) -> str:
    """The longest listed prefix of `code`; "" when there is none."""
    return _longest(_weights(kind, column), code)


def weight(kind: Kind, column: str, code: str) -> float:
    """How common `code` is in the use that `column` names; 0 when no prefix of it is listed."""
    return _weights(kind, column).get(common_prefix(kind, column, code), 0.0)


@cache
def usable(kind: Kind) -> frozenset[str]:
    """The codes of the catalogue that are not retired."""
    catalogue = Catalogue.load(kind)
    return frozenset(code for code, gray in zip(catalogue.codes, catalogue.gray, strict=True) if not gray)


def likeliest(kind: Kind, column: str, codes: Iterable[str]) -> list[str]:
    """The usable among `codes`: common ones first, dual codes last, otherwise well mixed."""
    found = usable(kind).intersection(codes)
    return sorted(found, key=lambda code: (-weight(kind, column, code), "*" in code, crc32(code.encode())))
