"""Checks by tables of codes: a principal that belongs behind another, a procedure or an item charged that
speaks of more, a procedure that was not charged."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..._paths import data_path
from ...codes import Catalogue, Kind
from ..case_arrays import CaseArrays, Mask, Outcome, Rows
from ..conditions.code_sets import hits
from ..repair import KINDS
from ..rules import CheckRule

if TYPE_CHECKING:
    import pandas as pd


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


@dataclass(frozen=True, eq=False)
class Charged:
    """A row of `charged_items.csv`: items by their names, and the codes that go with them."""

    items: re.Pattern[str]
    codes: Mask
    zh: str
    en: str


def missed_by_items(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows charged for an item that speaks of a diagnosis of which none is there; got the item."""
    items = arrays.text("charge_items")
    stated = items.notna().to_numpy(dtype=bool) & ~arrays.missing("diagnoses")
    found: dict[int, str] = {}
    for one in charged("diagnosis"):
        told = arrays.code_mask("diagnoses", one.codes, "any")
        for row in np.flatnonzero(stated & ~told & _naming(items, one.items)).tolist():
            found.setdefault(row, _item(str(items.iat[row]), one.items))
    order = sorted(found)
    return np.array(order, dtype=np.int64), [found[row] for row in order]


def uncharged(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows with a procedure for which no item that goes with it was charged; got the procedures. A row of
    which no item is known passes."""
    items = arrays.text("charge_items")
    lists = arrays.lists("procedures")
    codes = Catalogue.load("procedure").codes
    owner = np.repeat(np.arange(arrays.rows), lists.counts)
    stated = items.notna().to_numpy(dtype=bool) & (items != "").to_numpy(dtype=bool, na_value=False)
    found: dict[int, dict[str, None]] = {}
    for one in charged("procedure"):
        hit = np.flatnonzero(one.codes[lists.flat])
        if not len(hit):
            continue
        without = stated & ~_naming(items, one.items)
        for place in hit[without[owner[hit]]].tolist():
            found.setdefault(int(owner[place]), {})[codes[lists.flat[place]]] = None
    order = sorted(found)
    return np.array(order, dtype=np.int64), [" ".join(found[row]) for row in order]


def _naming(items: pd.Series, pattern: re.Pattern[str]) -> Mask:
    return items.str.contains(pattern, regex=True, na=False).to_numpy(dtype=bool)


def _item(text: str, pattern: re.Pattern[str]) -> str:
    return next((item for item in re.split(r"[|;；、]", text) if pattern.search(item)), "").strip()


@cache
def charged(kind: Kind) -> tuple[Charged, ...]:
    """The rows of `charged_items.csv` whose codes are of a kind."""
    column = next(name for name, own in KINDS.items() if own == kind)
    return tuple(
        Charged(re.compile(row["items"]), _table(column, row["codes"]), row["zh"], row["en"])
        for row in _rows("charged_items.csv")
        if row["kind"] == kind
    )


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
