"""Quotas: the first so many cases of each hospital (or of the region) in each period."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .fen import Floats
from .stays import Codes, Ints, Mask, Stays

Period = Literal["month", "quarter", "year"]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def allowed(count: Ints, share: float) -> Ints:
    """The whole number of cases that `share` of `count` allows, exact in decimals: 5 % of 60 is 3.

    >>> allowed(np.array([60, 59, 0]), 0.05)
    array([3, 2, 0])
    """
    top, bottom = Decimal(repr(share)).as_integer_ratio()
    return count * top // bottom


def places(scope: Codes, counted: Mask, share: float) -> Ints:
    """How many cases `share` of the counted stays of each scope allows."""
    return allowed(np.bincount(scope[counted], minlength=int(scope.max(initial=0)) + 1), share)


def scopes(stays: Stays, scope: Literal["hospital", "region"], period: Period) -> Codes:
    """(n,) the quota each stay counts in. Stays without a discharge date share one period."""
    months = stays.fact("months", _months)
    step = _MONTHS[period]
    periods = np.where(months < 0, 0, months // step + 1)
    if scope == "region":
        return _renumbered(periods)
    hospitals = stays.labels("hospital_id").codes.astype(np.int64) + 1
    return _renumbered(hospitals * (int(periods.max(initial=0)) + 1) + periods)


def first_of_each(scope: npt.NDArray[Any], score: Floats, ties: npt.NDArray[np.uint64], room: Ints) -> Mask:
    """Which candidates are among the `room[scope]` largest scores of their scope; ties by key.

    Parameters are one value a candidate, but `room`: one a scope.
    """
    order = np.lexsort((ties, -score, scope))
    sorted_scope = scope[order]
    starts = np.flatnonzero(np.r_[True, sorted_scope[1:] != sorted_scope[:-1]]) if len(order) else order
    lengths = np.diff(np.append(starts, len(order)))
    position = np.arange(len(order)) - np.repeat(starts, lengths)
    chosen = np.zeros(len(order), np.bool_)
    chosen[order] = position < room[sorted_scope]
    return chosen


def _months(stays: Stays) -> Ints:
    """Months since 1970-01 of the discharge, −1 where it is missing."""
    days = stays.days("discharge_date")
    known = np.isfinite(days)
    dates = np.where(known, days, 0).astype(np.int64).astype("datetime64[D]")
    return np.where(known, dates.astype("datetime64[M]").astype(np.int64), -1)


def _renumbered(keys: npt.NDArray[np.int64]) -> Codes:
    """Whole numbers as codes 0, 1, 2 … in their order."""
    span = int(keys.max(initial=0)) + 1
    if span > 1 << 24:
        return np.unique(keys, return_inverse=True)[1].astype(np.int32)
    present = np.zeros(span, np.bool_)
    present[keys] = True
    return (np.cumsum(present, dtype=np.int32) - 1)[keys]
