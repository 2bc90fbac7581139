"""The kinds of checks that rows of `data/cases/checks.csv` may ask for.

Each takes a rule, one of its columns and the arrays of a table, and answers with the rows that break the
rule and what was got there (one text for all, or None for the column's own value). Rows that lack what a
check needs pass it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..codes import Catalogue, Kind
from .case_arrays import CaseArrays, Check, Mask, Outcome
from .checking import amounts, beside, pairs
from .checking import amounts as times
from .columns import case_columns
from .conditions import Condition, case_facts, nodes
from .conditions.case_facts import holds, total
from .conditions.code_sets import hits
from .repair import KINDS
from .rules import CheckRule
from .values import coded_values


class Later(Sequence[Any]):
    """What was got in some rows, looked up when it is asked for: where problems are only counted, never."""

    def __init__(self, rows: npt.NDArray[np.int64], of: Callable[[npt.NDArray[np.int64]], list[Any]]) -> None:
        self._rows, self.of = rows, of

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: Any) -> Any:
        return self.of(self._rows[place]) if isinstance(place, slice) else self.of(self._rows[[place]])[0]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.of(self._rows) if len(self._rows) else [])


def _missing(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    return _rows(arrays.missing(column) & holds(rule.when, arrays)), ""


def _inapplicable(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    return _rows(arrays.inapplicable(column)), None


def _condition(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows in which the condition holds; of a column of codes, those it asks for are what was got."""
    rows = _rows(holds(rule.when, arrays))
    asked = _asked_codes(rule.when, column)
    if asked is None or not len(rows):
        return rows, None
    catalogue = Catalogue.load(KINDS[column])
    hit = np.append(hits(catalogue.codes, asked[1]), [False, False])
    told = _offending(rows, asked[0], column, arrays, lambda code: _in(hit, catalogue, code))
    texts = arrays.text(column)

    def tell(rows: npt.NDArray[np.int64]) -> list[str]:
        return [one or text for one, text in zip(told.of(rows), texts.iloc[rows].tolist(), strict=True)]

    return rows, Later(rows, tell)


@cache
def _asked_codes(when: str, column: str) -> tuple[str, tuple[str, ...]] | None:
    """Role and words of the first set of codes that a condition asks for in a column; None for none."""
    if column not in KINDS:
        return None

    def within(test: Any) -> Iterator[Any]:
        if isinstance(test, nodes.CodesIn) and test.value.name == column:
            yield test
        for inner in getattr(test, "tests", ()):  # what is under a `not` is not there to be shown
            yield from within(inner)

    found = next(within(Condition.parse(when, case_facts()).test), None)
    if found is None:
        return None
    return ("any" if found.role == "all" else found.role), found.all_words


def _range(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    numbers = arrays.number(column)
    low = -np.inf if rule.low is None else rule.low
    high = np.inf if rule.high is None else rule.high
    return _rows(((numbers < low) | (numbers > high)) & holds(rule.when, arrays)), None


def _values(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    known = [coded.value for coded in coded_values()[column]]
    if case_columns()[column].is_text:
        text = arrays.text(column)
        strange = ~text.isin([str(value) for value in known]).to_numpy(dtype=bool)
        return _rows(strange & text.notna().to_numpy(dtype=bool)), None
    numbers = arrays.number(column)
    return _rows(~np.isin(numbers, [float(value) for value in known]) & ~np.isnan(numbers)), None


def _among(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    return _rows(np.isin(arrays.number(column), [float(word) for word in rule.argument.split()])), None


def _pattern(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    text = arrays.text(column)
    return _rows(text.str.contains(rule.argument, regex=True, na=False).to_numpy(dtype=bool)), None


def _duplicate(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    present = arrays.cases[list(rule.columns)].notna().all(axis=1).to_numpy(dtype=bool)
    rows = np.flatnonzero(present)
    again = arrays.cases.iloc[rows].duplicated(list(rule.columns), keep=False).to_numpy(dtype=bool)
    return rows[again], None


def _order(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    first, last = rule.columns
    return _rows(arrays.number(first) > arrays.number(last)), None


def _stay(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Days between the dates; a stay that ends on its first day counts 1 (0 is told by its own rule)."""
    los, admission, discharge = (arrays.number(name) for name in rule.columns)
    days = np.floor(discharge) - np.floor(admission)
    agrees = (los == days) | ((days == 0) & (los == 1))
    stated = ~np.isnan(los) & (days >= 0)
    rows = _rows(stated & ~agrees)
    return rows, [f"{los[row]:.0f} days, dates say {days[row]:.0f}" for row in rows]


def _equals(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    gap = arrays.number(column) - total(rule.argument, arrays)
    # half a fen keeps sums of binary fractions from tipping over the tolerance
    rows = _rows(np.abs(gap) > (rule.high or 0) + 0.005)
    return rows, [f"differs by {gap[row]:.2f}" for row in rows]


def _at_most(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    limit = total(rule.argument, arrays) + (rule.high or 0)
    return _rows(arrays.number(column) > limit), None


def _decimals(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    fen = arrays.number(column) * 100
    return _rows(np.abs(fen - np.round(fen)) > 1e-6 + 1e-15 * np.abs(fen)), None


def _no_code(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    text = arrays.text(column)
    absent = text.isna() | (text == "").fillna(False) | text.str.startswith("|", na=False)
    return _rows(absent.to_numpy(dtype=bool)), None


def _unknown(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    hit = np.zeros(len(Catalogue.load(KINDS[column])) + 2, dtype=bool)
    hit[-1] = True  # UNKNOWN
    known = Catalogue.load(KINDS[column])
    return _by_code(rule.argument, column, arrays, hit, lambda code: code not in known)


def _gray(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    catalogue = Catalogue.load(KINDS[column])
    hit = np.append(catalogue.gray, [False, False])
    return _by_code(rule.argument, column, arrays, hit, lambda code: _in(hit, catalogue, code))


def _named(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows with a code whose name in the catalogue matches the argument."""
    catalogue = Catalogue.load(KINDS[column])
    hit = np.append(_matching(KINDS[column], rule.argument), [False, False])
    rows = _rows(arrays.code_mask(column, hit, "any") & holds(rule.when, arrays))
    return rows, _offending(rows, "any", column, arrays, lambda code: _in(hit, catalogue, code))


@cache
def _matching(kind: Kind, pattern: str) -> Mask:
    found = re.compile(pattern)
    return np.array([found.search(name) is not None for name in Catalogue.load(kind).names], dtype=bool)


def _repeated(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    lists = arrays.lists(column)
    owner = np.repeat(np.arange(arrays.rows, dtype=np.int64), lists.counts)
    known = lists.flat >= 0
    keys = owner[known] * (len(Catalogue.load(KINDS[column])) + 1) + lists.flat[known]
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    twice = first[counts > 1]
    codes = Catalogue.load(KINDS[column]).codes
    order = np.argsort(twice)
    places = np.flatnonzero(known)[twice[order]]
    rows, once = np.unique(owner[places], return_index=True)
    return rows, [codes[lists.flat[place]] for place in places[once]]


CHECKS: dict[str, Check] = {
    "missing": _missing,
    "inapplicable": _inapplicable,
    "condition": _condition,
    "range": _range,
    "values": _values,
    "among": _among,
    "pattern": _pattern,
    "duplicate": _duplicate,
    "order": _order,
    "stay": _stay,
    "equals": _equals,
    "at_most": _at_most,
    "decimals": _decimals,
    "no_code": _no_code,
    "unknown": _unknown,
    "gray": _gray,
    "named": _named,
    "repeated": _repeated,
    "weights": amounts.weights,
    "duration": amounts.duration,
    "names": beside.names,
    "count": beside.count,
    "inside": beside.inside,
    "age": times.age,
    "age_days": times.age_days,
    "future": times.future,
    "return": times.returned,
    "pair": pairs.pair,
    "missed": pairs.missed,
    "missed_items": pairs.missed_by_items,
    "uncharged": pairs.uncharged,
}

NEEDED = ("missing", "no_code")  # kinds for which a column that is not there is a finding
# kinds that look at all columns of their rule at once
JOINT = (
    "duplicate",
    "order",
    "stay",
    "names",
    "count",
    "inside",
    "age",
    "age_days",
    "return",
    "missed_items",
    "uncharged",
)


# kinds that hold cases against each other
ACROSS = ("duplicate", "return")


def _by_code(role: str, column: str, arrays: CaseArrays, hit: Mask, wrong: Callable[[str], bool]) -> Outcome:
    rows = _rows(arrays.code_mask(column, hit, role))
    return rows, _offending(rows, role, column, arrays, wrong)


def _offending(
    rows: npt.NDArray[np.int64], role: str, column: str, arrays: CaseArrays, wrong: Callable[[str], bool]
) -> Later:
    """The codes of these rows, in the role, for which `wrong` holds."""
    part = {"first": slice(0, 1), "other": slice(1, None), "any": slice(None)}[role]
    wrong = cache(wrong)

    def tell(rows: npt.NDArray[np.int64]) -> list[str]:
        return [
            " ".join(code for code in codes[part] if code and wrong(code))
            for codes in arrays.pieces(column, rows)
        ]

    return Later(rows, tell)


def _in(hit: Mask, catalogue: Catalogue, code: str) -> bool:
    place = catalogue.id_of(code)
    return place >= 0 and bool(hit[place])


def _rows(mask: Mask) -> npt.NDArray[np.int64]:
    return np.flatnonzero(mask)
