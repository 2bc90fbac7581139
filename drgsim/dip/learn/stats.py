"""Means and spreads of cost, weighted by year, over the costs that count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Groups:
    """Cases in named groups, the groups in the order of their names.

    Attributes
    ----------
    names : of the groups that have cases
    group : int64 [cases], place in `names`; -1 for none
    """

    names: tuple[str, ...]
    group: Ints

    @classmethod
    def of(cls, numbers: Ints, names: Sequence[str]) -> Groups:
        """From the place of each case in `names`, which may be in any order; -1 for none."""
        present = np.flatnonzero(np.bincount(numbers[numbers >= 0], minlength=len(names)))
        ordered = sorted(present.tolist(), key=names.__getitem__)
        place = np.full(len(names) + 1, -1, np.int64)
        place[ordered] = np.arange(len(ordered))
        return cls(tuple(names[number] for number in ordered), place[numbers])

    def __len__(self) -> int:
        return len(self.names)

    def moved(self, other: Groups) -> int:
        """How many cases are in another group there."""
        places = {name: place for place, name in enumerate(other.names)}
        there = np.array([*(places.get(name, -2) for name in self.names), -1])
        return int((there[self.group] != other.group).sum())

    @cached_property
    def counts(self) -> Ints:
        """The cases of each group."""
        return np.bincount(self.group[self.group >= 0], minlength=len(self)).astype(np.int64)

    @cached_property
    def rows(self) -> list[Ints]:
        """The rows of each group, ascending."""
        narrow = np.int16 if len(self) < np.iinfo(np.int16).max else np.int64  # numpy counts 16 bits
        order = np.argsort(self.group.astype(narrow), kind="stable")
        ends = np.cumsum([len(order) - int(self.counts.sum()), *self.counts.tolist()]).tolist()
        return [order[start:end] for start, end in pairwise(ends)]


@dataclass(frozen=True, eq=False)
class Years:
    """The year of each case, and what a year weighs.

    Attributes
    ----------
    stated : int64 [years], ascending; 0 stands for cases that do not say
    weights : float64 [years]
    place : int64 [cases], place in `stated`
    """

    stated: Ints
    weights: Floats
    place: Ints

    @classmethod
    def of(cls, years: Ints, weights: Floats) -> Years:
        """From the year of each case and its weight, the same for all cases of a year."""
        stated = np.unique(years)
        place = np.searchsorted(stated, years)
        weight = np.zeros(len(stated))
        weight[place] = weights
        return cls(stated, weight, place)

    def take(self, rows: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Years:
        """The years of some of the cases."""
        return Years(self.stated, self.weights, self.place[rows])

    def means(self, values: Floats, group: Ints, n_groups: int) -> Floats:
        """`mean` of each group at once, float64 [groups]; NaN for a group without a known value."""
        counts, sums = self._totals(values, group, n_groups)
        weights = np.where(counts > 0, self.weights, 0.0)
        yearly = np.divide(sums, counts, out=np.zeros(counts.shape), where=counts > 0)
        shares = weights.sum(axis=1)
        total = (weights * yearly).sum(axis=1)
        return np.divide(total, shares, out=np.full(n_groups, np.nan), where=shares > 0)

    def mean(self, values: Floats) -> float:
        """The mean of the yearly means, each with its year's weight; years without a case count nothing."""
        return float(self.means(values, np.zeros(len(values), np.int64), 1)[0])

    def weighted_mean(self, values: Floats) -> float:
        """The mean of all cases, each with its year's weight: Σ w·v / Σ w; NaN when nothing weighs."""
        counts, sums = self._totals(values, np.zeros(len(values), np.int64), 1)
        total = float((self.weights * counts[0]).sum())
        return float((self.weights * sums[0]).sum()) / total if total > 0 else float("nan")

    def _totals(self, values: Floats, group: Ints, n_groups: int) -> tuple[Ints, Floats]:
        """How many known values each group has in each year, and their sums: both [groups, years]."""
        cell, shape = group * len(self.stated) + self.place, (n_groups, len(self.stated))
        known = ~np.isnan(values)
        if not known.all():
            cell, values = cell[known], values[known]
        size = shape[0] * shape[1]
        counts = np.bincount(cell, minlength=size).astype(np.int64)
        sums = np.bincount(cell, values, size).astype(np.float64, copy=False)
        return counts.reshape(shape), sums.reshape(shape)


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

    def counted(self, cost: Floats, groups: Groups) -> npt.NDArray[np.bool_]:
        """True for the costs that count in the group they are in; False for cases of no group."""
        counted = groups.group >= 0
        for rows in groups.rows if self.method != "none" else ():
            counted[rows] = self.counts(cost[rows])
        return counted


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
