"""Checks by tables of codes: a principal that belongs behind another, a procedure that speaks of more."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from ..._paths import data_path
from ...codes import Catalogue
from ..case_arrays import CaseArrays, Mask
from ..conditions.code_sets import hits
from ..repair import KINDS
from ..rules import CheckRule
from .outcome import Outcome, Rows


@dataclass(frozen=True, eq=False)
class Pair:
    """A row of `principal_pairs.csv`: by id, principals, the others that should stand first, procedures."""

    principal: Mask
    other: Mask
    procedures: Mask | None


@dataclass(frozen=True, eq=False)
class Speaks:
    """A row of `missed_complications.csv`: procedures, and the diagnoses of which one should be there."""

    procedures: Mask
    diagnoses: Mask
    zh: str
    en: str


def pair(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows whose principal is of a pair and has its other one behind it; got `principal, other`."""
    lists = arrays.lists(column)
    codes = Catalogue.load(KINDS[column]).codes
    begin = lists.offsets[:-1] - lists.offsets[0]
    first = np.full(arrays.rows, -1)
    first[lists.counts > 0] = lists.flat[begin[lists.counts > 0]]
    found: dict[int, str] = {}
    for one in pairs(rule.argument):
        rows = np.flatnonzero(one.principal[first])
        if not len(rows):
            continue
        if one.procedures is not None:
            if not arrays.has("procedures"):
                continue
            rows = rows[arrays.code_mask("procedures", one.procedures, "any")[rows]]
        owner, ids = _others(rows, begin, lists.counts, lists.flat)
        hit = np.flatnonzero(one.other[ids])
        owners, places = np.unique(owner[hit], return_index=True)
        for row, place in zip(owners.tolist(), hit[places].tolist(), strict=True):
            found.setdefault(row, f"{codes[first[row]]}, {codes[ids[place]]}")
    order = sorted(found)
    return np.array(order, dtype=np.int64), [found[row] for row in order]


def missed(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows with a procedure that speaks of a diagnosis of which none is there; got the procedure."""
    if not arrays.has("diagnoses"):
        return np.zeros(0, dtype=np.int64), []
    lists = arrays.lists(column)
    codes = Catalogue.load(KINDS[column]).codes
    owner = np.repeat(np.arange(arrays.rows), lists.counts)
    found: dict[int, str] = {}
    for one in speaking():
        hit = np.flatnonzero(one.procedures[lists.flat])
        if not len(hit):
            continue
        told = arrays.code_mask("diagnoses", one.diagnoses, "any")
        for place in hit[~told[owner[hit]]].tolist():
            found.setdefault(int(owner[place]), codes[lists.flat[place]])
    order = sorted(found)
    return np.array(order, dtype=np.int64), [found[row] for row in order]


@cache
def pairs(group: str) -> tuple[Pair, ...]:
    """The pairs of a group, as tables over the ids of the catalogues (the last two EMPTY and UNKNOWN)."""
    return tuple(
        Pair(
            _table("diagnoses", row["principal"]),
            _table("diagnoses", row["other"]),
            _table("procedures", row["procedures"]) if row["procedures"] else None,
        )
        for row in _rows("principal_pairs.csv")
        if row["group"] == group
    )


@cache
def speaking() -> tuple[Speaks, ...]:
    """Every row of `missed_complications.csv`."""
    return tuple(
        Speaks(
            _table("procedures", row["procedures"]),
            _table("diagnoses", row["diagnoses"]),
            row["zh"],
            row["en"],
        )
        for row in _rows("missed_complications.csv")
    )


def _others(
    rows: Rows, begin: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], flat: npt.NDArray[np.int32]
) -> tuple[Rows, npt.NDArray[np.int32]]:
    """The codes behind the first one of some rows, and whose they are."""
    many = np.maximum(counts[rows] - 1, 0)
    owner = np.repeat(rows, many)
    start = np.repeat(begin[rows] + 1, many)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(many) - many, many)
    return owner, flat[start + within]


def _table(column: str, words: str) -> Mask:
    return np.append(hits(Catalogue.load(KINDS[column]).codes, words.split()), [False, False])


def _rows(name: str) -> Iterator[dict[str, str]]:
    with data_path("cases", name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
