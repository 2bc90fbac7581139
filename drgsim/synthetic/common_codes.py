"""Which codes are likely: `common_diagnoses.csv` and `common_procedures.csv`.

An assumption: no published count of codes stands behind it. A code that no row names is rare but
possible; retired codes are never used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from zlib import crc32

from ..codes import Catalogue, Kind
from .data_tables import rows
from .prefixes import with_prefix

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
