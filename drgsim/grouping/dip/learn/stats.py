"""Means and spreads of cost, weighted by year, over the costs that count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def places_by(labels: npt.NDArray[np.object_]) -> dict[str, Ints]:
    """The rows of each label, in the order of the labels; rows without one are left out."""
    import pandas as pd

    codes, names = pd.factorize(labels, sort=True)
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(len(names) + 1))
    return {str(name): order[edges[i] : edges[i + 1]] for i, name in enumerate(names)}


def weighted_mean(values: Floats, weights: Floats) -> float:
    """Σ w·v / Σ w; NaN when nothing weighs."""
    total = float(weights.sum())
    return float((values * weights).sum() / total) if total > 0 else float("nan")


def year_means(values: Floats, weights: Floats, years: Ints, group: Ints, n_groups: int) -> Floats:
    """`year_mean` of each group at once, float64 [groups]; NaN for a group without a known value."""
    total, shares = np.zeros(n_groups), np.zeros(n_groups)
    for year in np.unique(years):
        rows = (years == year) & ~np.isnan(values)
        counts = np.bincount(group[rows], minlength=n_groups)
        sums = np.bincount(group[rows], values[rows], n_groups)
        weight = np.where(counts > 0, weights[years == year][0], 0.0)
        total += weight * np.divide(sums, counts, out=np.zeros(n_groups), where=counts > 0)
        shares += weight
    return np.divide(total, shares, out=np.full(n_groups, np.nan), where=shares > 0)


def year_mean(values: Floats, weights: Floats, years: Ints) -> float:
    """The mean of the yearly means, each with its year's weight; years that do not occur count nothing."""
    return float(year_means(values, weights, years, np.zeros(len(values), np.int64), 1)[0])


@dataclass(frozen=True, slots=True)
class Trim:
    """Which costs of a type count."""

    method: str = "none"
    percentiles: Sequence[float] = (2.5, 97.5)
    iqr: float = 1.5

    def counts(self, cost: Floats) -> npt.NDArray[np.bool_]:
        """True for the costs that count; all of them where nothing would be left."""
        if self.method == "none" or len(cost) < 2:
            return np.ones(len(cost), bool)
        if self.method == "percentile":
            low, high = np.percentile(cost, self.percentiles)
        else:
            first, third = np.percentile(cost, (25, 75))
            low, high = first - self.iqr * (third - first), third + self.iqr * (third - first)
        inside = (cost >= low) & (cost <= high)
        return inside if inside.any() else np.ones(len(cost), bool)


def spread(cost: Floats) -> float:
    """The coefficient of variation: standard deviation (of the whole) over mean."""
    mean = float(cost.mean())
    return float(cost.std() / mean) if mean > 0 else float("nan")


def spreads(cost: Floats, group: Ints, n_groups: int) -> Floats:
    """The coefficient of variation of each group, float64 [groups]; NaN for an empty one."""
    counts = np.bincount(group, minlength=n_groups)
    full = np.maximum(counts, 1)
    mean = np.bincount(group, cost, n_groups) / full
    square = np.bincount(group, (cost - mean[group]) ** 2, n_groups) / full
    return np.divide(np.sqrt(square), mean, out=np.full(n_groups, np.nan), where=counts > 0)


def spread_inside(cost: Floats, group: npt.NDArray[np.int64]) -> float:
    """The coefficient of variation that is left inside groups: √(Σ n·variance / n) over the mean."""
    counts = np.bincount(group)
    sums = np.bincount(group, cost)
    squares = np.bincount(group, cost**2)
    inside = float((squares - np.divide(sums**2, counts, out=np.zeros_like(sums), where=counts > 0)).sum())
    return float(np.sqrt(max(inside, 0.0) / len(cost)) / cost.mean())
