"""How long money takes: mean days from discharge to cash, and what is owed over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Dated = tuple[Any, Ints]  # days (datetime64[D], (k,)) and fen (hospitals, k)


def mean_days(months: Any, entitlement: Ints, paid: Sequence[Dated]) -> Floats:
    """The mean day of payment less the mean day of discharge, (hospitals,); NaN without money.

    Parameters
    ----------
    months : datetime64[M], (m,); discharges stand evenly over the days of each.
    entitlement : fen, (hospitals, m). `paid` : days and fen of payments.

    >>> mean_days(np.array(["2026-01"], "datetime64[M]"), np.array([[100]]),
    ...           [(np.array(["2026-02-16", "2026-03-10"], "datetime64[D]"), np.array([[50, 50]]))])
    array([42.])
    """
    earned = _mean([_moment(_middles(months), entitlement)], [entitlement])
    moments = [_moment(_numbers(dates), amounts) for dates, amounts in paid]
    return _mean(moments, [amounts for _, amounts in paid]) - earned


def mean_owed(months: Any, entitlement: Ints, paid: Sequence[Dated], due: Ints, cleared_on: Any) -> Floats:
    """What is owed summed over all days, by what is due: days, (hospitals,); NaN where nothing is.

    Negative where a hospital holds money of the fund. What the clearing changes (the price of a point,
    assessment, sharing) is earned on the day it is paid.
    """
    owed = sum((_moment(_numbers(dates), amounts) for dates, amounts in paid), np.zeros(len(due)))
    owed -= _moment(_middles(months), entitlement)
    owed -= (due - entitlement.sum(axis=1)) * float(_numbers(cleared_on))
    return np.divide(owed, due, out=np.full(len(due), np.nan), where=due > 0)


def _mean(moments: Sequence[Floats], amounts: Sequence[Ints]) -> Floats:
    total = sum((each.sum(axis=1).astype(np.float64) for each in amounts), np.zeros(len(moments[0])))
    return np.divide(sum(moments), total, out=np.full(len(total), np.nan), where=total > 0)


def _moment(when: Floats, amounts: Ints) -> Floats:
    return np.asarray(amounts @ when, np.float64)


def _middles(months: Any) -> Floats:
    """The mean day of each month, days since 1970-01-01."""
    return (_numbers(months) + _numbers(months + 1) - 1) / 2


def _numbers(dates: Any) -> Any:
    return dates.astype("datetime64[D]").astype(np.float64)
