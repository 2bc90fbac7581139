"""Hospital coefficients by level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..facts import numbers
from .cases import LearningCases
from .stats import places_by, weighted_mean

if TYPE_CHECKING:
    import pandas as pd


def hospital_coefficients(
    cases: LearningCases, expected: npt.NDArray[np.float64], *, method: str
) -> pd.DataFrame:
    """By hospital level: cases, mean_cost (yuan, weighted by year), expected_cost and coefficient.

    `mean`: the level's mean cost over the region's. `case_mix`: the level's cost over what its cases would
    cost at their types' mean, `expected`. Empty when the cases do not say their hospital's level.
    """
    import pandas as pd

    columns = ["hospital_level", "cases", "mean_cost", "expected_cost", "coefficient"]
    if "hospital_level" not in cases.frame.columns:
        return pd.DataFrame(columns=columns)
    levels = numbers(cases.frame, "hospital_level")
    labels = np.array([None if np.isnan(level) else f"{level:g}" for level in levels], object)
    rows = []
    region = cases.mean_cost(np.arange(len(cases)))
    for name, places in places_by(labels).items():
        mean = cases.mean_cost(places)
        likely = weighted_mean(expected[places], cases.weight[places])
        actual = weighted_mean(cases.cost[places], cases.weight[places])
        ratio = mean / region if method == "mean" else actual / likely
        rows.append((name, len(places), round(mean, 2), round(likely, 2), round(ratio, 4)))
    return pd.DataFrame(rows, columns=columns)
