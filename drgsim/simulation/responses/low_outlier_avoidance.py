"""Stays a little below the low-outlier threshold that are made to cost just enough to pass it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .declarations import declared
from .frames import ID, TOTAL, draw, in_yuan, need, number, put, read_money, scaled

if TYPE_CHECKING:
    import pandas as pd

    from .habits import Habits

NAME = "low_outlier_avoidance"
_NOISE = 1e-6  # fen: what a threshold in floating point may be off


def apply(
    cases: pd.DataFrame,
    values: Mapping[str, float],
    *,
    seed: int,
    scheme: str | None = None,
    habits: Habits | None = None,
) -> pd.DataFrame:
    """Of the stays whose cost is below `low_outlier_cost` by at most `reach` of it, `share` spend up to it.

    They end at the first fen above it, so that a rule that counts the threshold itself as low is passed too.
    All parts of the cost rise alike; `low_outlier_cost` is the cost (yuan) below which a stay is a low
    outlier under the policy in force, NaN where there is none (`facing`).
    """
    declaration = declared()[NAME]
    if declaration.is_idle(values):
        return cases
    value = declaration.filled(values)
    need(cases, NAME, ID, TOTAL, "low_outlier_cost")
    cost, limit = number(cases, TOTAL) * 100, number(cases, "low_outlier_cost") * 100
    near = (cost > 0) & (cost <= limit + _NOISE) & (cost >= limit * (1.0 - value["reach"]))
    rows = np.flatnonzero(near)
    rows = rows[draw(cases, rows, NAME, seed) < value["share"]]
    if not len(rows):
        return cases
    wanted = np.floor(limit[rows] + _NOISE) + 1.0
    money = read_money(cases, rows)
    return put(cases, rows, in_yuan(scaled(money, wanted / money[TOTAL]), cases, rows))
