"""Quotas: the first so many cases of each hospital (or of the region) in each period."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...cases.arrays import Codes, Ints, Mask
from ...cases.fen import Floats
from .stays import Stays
from .streams import case_keys


def ordered(stays: Stays, rows: Ints, keys: Sequence[npt.NDArray[Any]]) -> Ints:
    """The order of `rows` by `keys` (each one value a row; the last counts first, as in `np.lexsort`)."""
    order = np.lexsort(keys)
    same = np.ones(max(len(order) - 1, 0), np.bool_)
    for key in keys:
        same &= key[order[1:]] == key[order[:-1]]
    if not same.any():
        return order
    # ids are hashed for the tied rows alone: hashing all of them would cost more than the sort
    tied = np.unique(np.concatenate([order[1:][same], order[:-1][same]]))
    ties = np.zeros(len(rows), np.uint64)
    ties[tied] = case_keys(stays.ids(rows[tied]), "order")
    return np.lexsort((ties, *keys))


Period = Literal["month", "quarter", "year"]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_FEW = 1 << 20  # cells that may be counted in a table whatever the number of stays


def allowed(count: Ints, share: float) -> Ints:
    """The whole number of cases that `share` of `count` allows, exact in decimals: 5 % of 60 is 3.

    >>> allowed(np.array([60, 59, 0]), 0.05)
    array([3, 2, 0])
    """
    return part_of(count, share)


def part_of(whole: Ints, share: float) -> Ints:
    """The whole part of `share` (0 to 1) of each number, exact in decimals however many digits it has.

    >>> part_of(np.array([60, 10**14]), 0.0022797131283762637)
    array([           0, 227971312837])
    """
    top, bottom = Decimal(repr(share)).as_integer_ratio()
    if max(int(whole.max(initial=0)), 1) * max(top, 1) < 1 << 63 and bottom < 1 << 63:
        return whole * top // bottom
    return np.array([each * top // bottom for each in whole.tolist()], dtype=np.int64)


def places(scope: Codes, counted: Mask, share: float) -> Ints:
    """How many cases `share` of the counted stays of each scope allows."""
    return allowed(np.bincount(scope[counted], minlength=int(scope.max(initial=0)) + 1), share)


def scopes(stays: Stays, scope: Literal["hospital", "region"], period: Period) -> Codes:
    """(n,) the quota each stay counts in. Stays without a discharge date share one period."""

    def find(own: Stays) -> Codes:
        months = months_of(own)
        periods = np.where(months < 0, 0, months // _MONTHS[period] + 1)
        if scope == "region":
            return _renumbered(periods)
        hospitals = own.labels("hospital_id").codes.astype(np.int64) + 1
        return _renumbered(hospitals * (int(periods.max(initial=0)) + 1) + periods)

    return stays.of_all(f"quota by {scope} and {period}", find)


class Board:
    """What a quota counts and who asks for it, over every stretch of days of one region's policy.

    Each stretch offers its stays first; then each asks which of its own are within. So a quota of a year is
    counted over the year, however many dates fall inside it.
    """

    def __init__(self) -> None:
        self._offers: dict[str, list[tuple[Ints, npt.NDArray[Any], Mask, Ints, Floats]]] = {}
        self._shown: dict[str, list[tuple[Ints, ...]]] = {}
        self.states: list[Any] = []  # of every stretch, for what is counted around a stay

    def clear(self) -> None:
        """Forget offers and states; the walk is over."""
        self._offers.clear()
        self._shown.clear()
        self.states.clear()

    def offer(
        self, name: str, stays: Stays, cells: npt.NDArray[Any], counted: Mask, rows: Ints, score: Floats
    ) -> None:
        """`cells` (n,) where each stay counts, `counted` (n,) whether; `rows` ask, first by `score`."""
        every = stays.positions(np.arange(len(stays)))
        self._offers.setdefault(name, []).append((every, cells, counted, stays.positions(rows), score))

    def show(self, name: str, stays: Stays, rows: Ints, *columns: Ints) -> None:
        """Let the other stretches see some of these stays, and a column or more of them (one value a row)."""
        self._shown.setdefault(name, []).append((stays.positions(rows), *columns))

    def shown(self, name: str) -> tuple[Ints, ...]:
        """Where the stays that all stretches have shown stand in the whole table, and their columns."""
        return tuple(np.concatenate(each) for each in zip(*self._shown[name], strict=True))

    def within(self, name: str, stays: Stays, rows: Ints, shares: Floats | float) -> Mask:
        """Which of `rows`, all of them offered, are among the first `shares` of the counted."""
        offers = self._offers.get(name, [])
        if not offers or not len(rows):
            return np.zeros(len(rows), np.bool_)
        whole = stays.whole
        asking = _joined([asked for _, _, _, asked, _ in offers])
        score = _joined([each for *_, each in offers])
        if len(offers) == 1 and len(offers[0][0]) == len(whole):
            _, cell, counted, _, _ = offers[0]  # one stretch is the whole table, in its order
        else:
            cell, counted = np.zeros(len(whole), np.int64), np.zeros(len(whole), np.bool_)
            for every, cells, own, _, _ in offers:
                cell[every], counted[every] = cells, own
        if len(cell) and int(cell.max()) > 4 * len(cell) + _FEW:
            cell = pd.factorize(cell)[0]  # too wide to be counted in a table
        rank = np.zeros(len(whole), np.int64)
        rank[asking] = ranks(whole, asking, cell[asking], score)
        places = stays.positions(rows)
        counts = np.bincount(cell[counted], minlength=int(cell.max(initial=0)) + 1)[cell[places]]
        room = np.zeros(len(rows), np.int64)
        share = np.broadcast_to(np.asarray(shares, np.float64), (len(rows),))
        for each in np.unique(share[~np.isnan(share)]):
            own = share == each
            room[own] = allowed(counts[own], float(each))
        return rank[places] <= room


def _joined(parts: list[Any]) -> Any:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def ranks(stays: Stays, rows: Ints, scope: Codes, score: Floats) -> Ints:
    """The rank of each of `rows` in its scope: 1 for the largest score; ties by case id.

    `scope` and `score` are one value a row.
    """
    order = ordered(stays, rows, (-score, scope))
    in_order = scope[order]
    starts = np.flatnonzero(np.r_[True, in_order[1:] != in_order[:-1]]) if len(order) else order
    result = np.empty(len(order), np.int64)
    result[order] = np.arange(1, len(order) + 1) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    return result


def months_of(stays: Stays) -> Ints:
    """Months since 1970-01 of the discharge, -1 where it is missing; kept."""
    return stays.of_all("months", _months)


def _months(stays: Stays) -> Ints:
    """Months since 1970-01 of the discharge, −1 where it is missing."""
    days = stays.days("discharge_date")
    known = np.isfinite(days)
    if not known.any():
        return np.full(len(days), -1)
    # a year has few days: each is turned into its month once
    first, last = int(np.nanmin(days)), int(np.nanmax(days))
    months = np.arange(first, last + 1).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.where(known, months[np.where(known, days - first, 0).astype(np.int64)], -1)


def _renumbered(keys: npt.NDArray[np.int64]) -> Codes:
    """Whole numbers as codes 0, 1, 2 … in their order."""
    span = int(keys.max(initial=0)) + 1
    if span > 1 << 24:
        return np.unique(keys, return_inverse=True)[1].astype(np.int32)
    present = np.zeros(span, np.bool_)
    present[keys] = True
    return (np.cumsum(present, dtype=np.int32) - 1)[keys]
