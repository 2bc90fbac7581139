"""Counts, shares and means around a stay, within its hospital, level, kind, group or period."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ....cases.fen import Floats
from ....policy.rules.facts import around
from ..ranking import months_of

if TYPE_CHECKING:
    from ....cases.conditions import FactColumns
    from ..state import State

_PARTS = float(1 << 26)
_COLUMNS = {
    "hospital": "hospital_id",
    "kind": "hospital_kind",
    "region": "care_region",
    "person": "patient_id",
    "stay_kind": "stay_kind",
}
_PROFILE = {"level": "level", "payment_level": "payment_level", "insurance": "insurance"}
_PERIODS = {"year": 12, "quarter": 3, "month": 1}


def aggregate(state: State, fact: str, key: str, facts: Callable[[State], FactColumns]) -> Floats:
    """`stays[…]`, `share[…]` or `mean[…]` for every stay; NaN where nothing is known of its cell.

    Stays that cannot be paid do not count. Stays that do not state a dimension share a cell.
    `facts` makes those of the stays of any stretch.
    """
    asked = around(fact, key)
    states, own = every_stretch(state)
    cells = joined_cells(states, asked.dimensions)
    n = int(cells.max(initial=-1)) + 1
    counted = np.concatenate([each.problem == 0 for each in states])
    if fact == "mean":
        what = asked.what
        assert what is not None
        values = np.concatenate([what.evaluate(facts(each)) for each in states])
        known = counted & np.isfinite(values)
        sums = exact_sums(cells[known], values[known], n)
        counts = np.bincount(cells[known], minlength=n)
        return np.divide(sums, counts, out=np.full(n, np.nan), where=counts > 0)[cells[own]]
    if asked.which is None:
        return np.bincount(cells[counted], minlength=n).astype(np.float64)[cells[own]]
    which = asked.which
    answers = [which.evaluate(facts(each)) for each in states]
    holds = np.concatenate([answer.holds for answer in answers])
    unknown = np.concatenate([answer.unknown for answer in answers])
    found = np.bincount(cells[counted & holds], minlength=n)
    if fact == "stays":
        return found.astype(np.float64)[cells[own]]
    told = np.bincount(cells[counted & ~unknown], minlength=n)
    return np.divide(found, told, out=np.full(n, np.nan), where=told > 0)[cells[own]]


def every_stretch(state: State) -> tuple[Sequence[State], slice]:
    """The states of every stretch of days of the period, for all of them count whichever a stay is in; and
    where the stays of this one stand when those of all follow one another."""
    states = state.board.states or [state]
    place = next(at for at, each in enumerate(states) if each is state)
    begin = sum(map(len, states[:place]))
    return states, slice(begin, begin + len(state))


def exact_sums(cells: npt.NDArray[np.int64], values: Floats, n: int) -> Floats:
    """(n,) the sum of the values of each cell, the same whatever the order of the rows.

    Whole parts and 2^26ths are added up apart: whole numbers that a float64 holds exactly.
    """
    whole = np.floor(values)
    parts = np.rint((values - whole) * _PARTS)
    return np.bincount(cells, whole, n) + np.bincount(cells, parts, n) / _PARTS


def joined_cells(states: Sequence[State], dimensions: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """The cell of each stay of several states, one after another: one number for each combination of the
    dimensions that occurs."""
    combined = np.zeros(sum(map(len, states)), np.int64)
    for name in dimensions:
        codes = _joined_codes(states, name)
        codes = codes - min(int(codes.min(initial=0)), 0)
        size = int(codes.max(initial=0)) + 1
        _, combined = np.unique(combined * size + codes, return_inverse=True)
    return combined.astype(np.int64)


def _joined_codes(states: Sequence[State], name: str) -> npt.NDArray[Any]:
    """A code for each stay of a dimension, the same for the same word in every state."""
    if name == "all":
        return np.zeros(sum(map(len, states)), np.int64)
    if name in _COLUMNS:  # the columns of one table have one coding
        return np.concatenate([each.stays.labels(_COLUMNS[name]).codes.astype(np.int64) for each in states])
    if name in _PERIODS:
        months = np.concatenate([months_of(each.stays) for each in states])
        return np.maximum(months // _PERIODS[name], -1)
    if name in _PROFILE:
        words = [[str(word) for word in each.book.profiles.labels[_PROFILE[name]]] for each in states]
        rows = [each.profile for each in states]
    else:
        words = [
            [*(group if name == "group" else group[:3] for group in each.groups.names), ""] for each in states
        ]
        rows = [each.groups.of for each in states]
    places = np.unique(np.array([word for own in words for word in own]), return_inverse=True)[1]
    starts = np.cumsum([0, *map(len, words)])
    found = [places[start:stop][own] for start, stop, own in zip(starts[:-1], starts[1:], rows, strict=True)]
    return np.concatenate(found).astype(np.int64)
