"""Months settled at what was known then, and what the clearing owes when the year's values are known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..cases.fen import to_yuan
from ..errors import ArgumentError
from ..payment.pay import pay
from ..policy.policy import Policy


def true_up(
    cases: pd.DataFrame, source: str | Path | Mapping[str, Any], *, weights: Any = None
) -> pd.DataFrame:
    """Pay every month as it was settled, by what was known on its last day, and again by what is known now.

    Parameters
    ----------
    cases : as for `pay`, with `discharge_date`.
    source : a policy document whose values say when they became known (`known:`).
    weights : as for `pay`.

    Returns
    -------
    DataFrame, a row a month and hospital: month (text), hospital_id, cases, provisional, final and true_up
    (yuan of the basic fund; what the clearing adds or takes back).

    Raises ArgumentError where a stay has no discharge date.
    """
    months = pd.to_datetime(cases["discharge_date"]).dt.to_period("M")
    if months.isna().any():
        raise ArgumentError(
            "a month is settled by the day of discharge", got=f"{int(months.isna().sum())} stays without one"
        )
    now = Policy.load(source)
    final = pay(cases, now, weights=weights, dates="discharge").ledger.fund
    provisional = np.zeros(len(cases), np.int64)
    for month in sorted(set(months)):
        then = Policy.load(source, as_of=month.end_time.date(), on=now.on)
        rows = np.flatnonzero((months == month).to_numpy())
        provisional[rows] = pay(cases, then, weights=weights, dates="discharge").ledger.fund[rows]
    table = pd.DataFrame({
        "month": months.astype(str).to_numpy(),
        "hospital_id": cases["hospital_id"].astype(str).to_numpy() if "hospital_id" in cases else "",
        "cases": 1,
        "provisional": provisional,
        "final": final,
        "true_up": final - provisional,
    })  # fmt: skip
    sums = table.groupby(["month", "hospital_id"], as_index=False, sort=True).sum()
    for name in ("provisional", "final", "true_up"):
        sums[name] = to_yuan(sums[name].to_numpy(np.int64))
    return sums
