"""Shorter stays, and cheaper by the part of the cost that goes with the days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .declarations import declared
from .frames import ID, TOTAL, days, draw, in_yuan, need, number, put, read_money, scaled

if TYPE_CHECKING:
    import pandas as pd

    from .habits import Habits

NAME = "length_of_stay"


def apply(
    cases: pd.DataFrame,
    values: Mapping[str, float],
    *,
    seed: int,
    scheme: str | None = None,
    habits: Habits | None = None,
) -> pd.DataFrame:
    """Each stay loses `share` of its days, as whole days that are right on average; one day is left at least.

    The cost falls by `cost_of_days` of its share a day for each day lost. The day of discharge stays, so that
    no stay leaves its month: admission moves.
    """
    declaration = declared()[NAME]
    if declaration.is_idle(values):
        return cases
    value = declaration.filled(values)
    need(cases, NAME, ID, "los", TOTAL)
    rows = np.flatnonzero(number(cases, "los") > 1)
    before = number(cases, "los", rows)
    lost = np.minimum(np.floor(before * value["share"] + draw(cases, rows, NAME, seed)), before - 1)
    rows, before, lost = rows[lost > 0], before[lost > 0], lost[lost > 0]
    if not len(rows):
        return cases
    new: dict[str, Any] = {"los": (before - lost).astype(np.int64)}
    if "admission_date" in cases.columns:
        new["admission_date"] = cases["admission_date"].array[rows] + days(lost)
    factor = 1.0 - value["cost_of_days"] * lost / before
    return put(cases, rows, new | dict(in_yuan(scaled(read_money(cases, rows), factor), cases, rows)))
