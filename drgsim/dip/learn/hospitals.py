"""Hospital coefficients by level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..facts import numbers
from .cases import FEN, LearningCases
from .stats import Floats, Groups

if TYPE_CHECKING:
    import pandas as pd


def hospital_coefficients(cases: LearningCases, expected: Floats, *, method: str) -> pd.DataFrame:
    """By hospital level: cases, mean_cost (yuan, weighted by year), expected_cost and coefficient.

    `mean`: the level's mean cost over the region's. `case_mix`: the level's cost over what its cases would
    cost at their types' mean, `expected` (whole fen). Empty when the cases do not say their hospital's level.
    """
    import pandas as pd

    columns = ["hospital_level", "cases", "mean_cost", "expected_cost", "coefficient"]
    if "hospital_level" not in cases.frame.columns:
        return pd.DataFrame(columns=columns)
    rows = []
    region = cases.years.mean(cases.cost)
    levels = _levels(numbers(cases.frame, "hospital_level"))
    for name, places in zip(levels.names, levels.rows, strict=True):
        years = cases.years.take(places)
        mean = years.mean(cases.cost[places])
        likely, actual = years.weighted_mean(expected[places]), years.weighted_mean(cases.cost[places])
        ratio = mean / region if method == "mean" else actual / likely
        rows.append((name, len(places), round(mean / FEN, 2), round(likely / FEN, 2), round(ratio, 4)))
    return pd.DataFrame(rows, columns=columns)


def _levels(levels: Floats) -> Groups:
    """Cases by the level of their hospital, as it is written."""
    stated = np.unique(levels[~np.isnan(levels)])
    written = [f"{level:g}" for level in stated.tolist()]
    names = {name: place for place, name in enumerate(dict.fromkeys(written))}
    table = np.array([*(names[name] for name in written), -1])
    return Groups.of(table[np.where(np.isnan(levels), -1, np.searchsorted(stated, levels))], list(names))
