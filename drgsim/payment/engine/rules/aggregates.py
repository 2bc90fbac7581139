"""Counts, shares and means around a stay, within its hospital, level, kind, group or period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ....cases.fen import Floats
from ....policy.rules.facts import around
from ..ranking import months_of

if TYPE_CHECKING:
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


def aggregate(state: State, fact: str, key: str) -> Floats:
    """`stays[…]`, `share[…]` or `mean[…]` for every stay; NaN where nothing is known of its cell.

    Stays that cannot be paid do not count. Stays that do not state a dimension share a cell.
    """
    from .state_facts import StateFacts

    asked = around(fact, key)
    cells = cells_of(state, asked.dimensions)
    n = int(cells.max(initial=-1)) + 1
    counted = state.problem == 0
    if fact == "mean":
        assert asked.what is not None
        values = asked.what.evaluate(StateFacts(state))
        known = counted & np.isfinite(values)
        sums = exact_sums(cells[known], values[known], n)
        counts = np.bincount(cells[known], minlength=n)
        return np.divide(sums, counts, out=np.full(n, np.nan), where=counts > 0)[cells]
    if asked.which is None:
        return np.bincount(cells[counted], minlength=n).astype(np.float64)[cells]
    held = asked.which.evaluate(StateFacts(state))
    found = np.bincount(cells[counted & held.holds], minlength=n)
    if fact == "stays":
        return found.astype(np.float64)[cells]
    known = np.bincount(cells[counted & ~held.unknown], minlength=n)
    return np.divide(found, known, out=np.full(n, np.nan), where=known > 0)[cells]


def exact_sums(cells: npt.NDArray[np.int64], values: Floats, n: int) -> Floats:
    """(n,) the sum of the values of each cell, the same whatever the order of the rows.

    Whole parts and 2^26ths are added up apart: whole numbers that a float64 holds exactly.
    """
    whole = np.floor(values)
    parts = np.rint((values - whole) * _PARTS)
    return np.bincount(cells, whole, n) + np.bincount(cells, parts, n) / _PARTS


def cells_of(state: State, dimensions: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """(n,) the cell of each stay: one number for each combination of the dimensions that occurs."""
    combined = np.zeros(len(state), np.int64)
    for name in dimensions:
        codes = _codes(state, name)
        codes = codes - min(int(codes.min(initial=0)), 0)
        size = int(codes.max(initial=0)) + 1
        _, combined = np.unique(combined * size + codes, return_inverse=True)
    return combined.astype(np.int64)


def _codes(state: State, name: str) -> npt.NDArray[Any]:
    if name == "all":
        return np.zeros(len(state), np.int64)
    if name in _COLUMNS:
        return state.stays.labels(_COLUMNS[name]).codes.astype(np.int64)
    if name in _PROFILE:
        words = [str(word) for word in state.book.profiles.labels[_PROFILE[name]]]
        return np.unique(np.array(words, dtype=object).astype(str), return_inverse=True)[1][state.profile]
    if name in _PERIODS:
        return np.maximum(months_of(state.stays) // _PERIODS[name], -1)
    groups = [each if name == "group" else each[:3] for each in state.groups.names]
    places = np.unique(np.array([*groups, ""]), return_inverse=True)[1]
    return places[state.groups.of].astype(np.int64)
