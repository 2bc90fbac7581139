"""Hospital coefficients by level, and mean costs of types by level."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..facts import numbers
from ..model import LevelMean
from .cases import FEN, LearningCases
from .stats import Floats, Groups


def hospital_coefficients(cases: LearningCases, expected: Floats, *, method: str) -> pd.DataFrame:
    """By hospital level: cases, mean_cost (yuan, weighted by year), expected_cost and coefficient.

    `mean`: the level's mean cost over the region's. `case_mix`: the level's cost over what its cases would
    cost at their types' mean, `expected` (whole fen). Empty when the cases do not say their hospital's level.
    """
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


def level_means(cases: LearningCases, types: Groups, *, min_cases: int) -> tuple[LevelMean, ...]:
    """The mean cost of each type at hospitals of each level, weighted by year, where enough cases are.

    Empty when the cases do not say their hospital's level.
    """
    if "hospital_level" not in cases.frame.columns:
        return ()
    levels = _levels(numbers(cases.frame, "hospital_level"))
    both = (types.group >= 0) & (levels.group >= 0)
    cell = types.group[both] * len(levels) + levels.group[both]
    size = len(types) * len(levels)
    counts = np.bincount(cell, minlength=size)
    means = cases.years.take(both).means(cases.cost[both], cell, size)
    return tuple(
        LevelMean(
            types.names[place // len(levels)],
            levels.names[place % len(levels)],
            round(float(means[place]) / FEN, 2),
            int(counts[place]),
        )
        for place in np.flatnonzero(counts >= min_cases).tolist()
    )


def _levels(levels: Floats) -> Groups:
    """Cases by the level of their hospital, as it is written."""
    stated = np.unique(levels[~np.isnan(levels)])
    written = [f"{level:g}" for level in stated.tolist()]
    names = {name: place for place, name in enumerate(dict.fromkeys(written))}
    table = np.array([*(names[name] for name in written), -1])
    return Groups.of(table[np.where(np.isnan(levels), -1, np.searchsorted(stated, levels))], list(names))
