"""Partitions of an ADRG's cells: what they explain, whether groups differ, merging those that do not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .features import Cells, Constraints, Feature

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Cells whose feature lies in [low, high], both inside."""

    feature: int
    low: int
    high: int


Conjunction = tuple[Bounds, ...]


@dataclass(frozen=True)
class Partition:
    """Groups as unions of conjunctions of bounds; each cell falls into just one."""

    groups: tuple[tuple[Conjunction, ...], ...]

    def __len__(self) -> int:
        return len(self.groups)

    def of(self, values: Ints) -> Ints:
        """(cells,) the group of each cell."""
        found = np.full(len(values), -1, np.int64)
        for place, unions in enumerate(self.groups):
            for conjunction in unions:
                inside = np.ones(len(values), bool)
                for each in conjunction:
                    column = values[:, each.feature]
                    inside &= (column >= each.low) & (column <= each.high)
                found[inside] = place
        return found


@dataclass(frozen=True, slots=True)
class Sums:
    """Cases, cost and squared cost of each of some groups."""

    n: Floats
    cost: Floats
    square: Floats

    @classmethod
    def of(cls, cells: Cells, groups: Ints, many: int, rows: npt.NDArray[np.bool_] | None = None) -> Sums:
        chosen = slice(None) if rows is None else rows
        found = groups[chosen]
        n, cost, square = (
            np.bincount(found, each[chosen], many).astype(np.float64)
            for each in (cells.n, cells.cost, cells.square)
        )
        return cls(n, cost, square)

    @property
    def mean(self) -> Floats:
        return self.cost / np.maximum(self.n, 1)

    @property
    def inside(self) -> Floats:
        """The sum of squares around each group's own mean."""
        return np.maximum(self.square - self.cost**2 / np.maximum(self.n, 1), 0)


def explained(cells: Cells, groups: Ints, many: int) -> float:
    """The share of the variance of cost between the groups of the cells."""
    whole = _whole(cells)
    return float(1 - Sums.of(cells, groups, many).inside.sum() / whole) if whole > 0 else 0.0


def cv_inside(cells: Cells, groups: Ints, many: int) -> float:
    """The pooled coefficient of variation inside the groups."""
    n, cost = cells.n.sum(), cells.cost.sum()
    return float(np.sqrt(Sums.of(cells, groups, many).inside.sum() / n) / (cost / n)) if cost > 0 else 0.0


def differ(cells: Cells, groups: Ints, a: int, b: int, c: Constraints) -> bool:
    """Whether two groups may stand apart: enough cases, means apart enough, the same way round each year."""
    many = int(groups.max()) + 1
    sums = Sums.of(cells, groups, many)
    if min(sums.n[a], sums.n[b]) < c.min_cases:
        return False
    means = sums.mean
    if abs(means[a] - means[b]) < c.min_difference * max(min(means[a], means[b]), 1e-9):
        return False
    years = np.unique(cells.year)
    least = max(5.0, c.min_cases / (2 * len(years)))
    for year in years:
        own = Sums.of(cells, groups, many, cells.year == year)
        if min(own.n[a], own.n[b]) < least:
            continue
        if (own.mean[a] - own.mean[b]) * (means[a] - means[b]) <= 0:
            return False
    return True


def merged(
    cells: Cells,
    groups: Ints,
    many: int,
    c: Constraints,
    *,
    given: bool = False,
    severe: frozenset[int] = frozenset(),
) -> Ints:
    """A place in a coarser partition for each of `many` groups: neighbours that do not differ are one.

    Neighbours by mean; with `given`, groups of an existing scheme: neighbours in their order, since a scheme
    tests them so, and groups with too few cases to judge stay as they are; a group of `severe` that costs
    less than the next, lighter one does not stand.
    """
    target = np.arange(many)
    while len(set(target.tolist())) > 1:
        names, own = np.unique(target, return_inverse=True)
        sums = Sums.of(cells, own[groups], len(names))
        order = np.arange(len(names)) if given else np.argsort(sums.mean, kind="stable")
        weak = [
            (abs(sums.mean[a] - sums.mean[b]) * min(sums.n[a], sums.n[b]), a, b)
            for a, b in pairwise(order)
            if (not given or min(sums.n[a], sums.n[b]) >= c.min_cases)
            and (
                not differ(cells, own[groups], int(a), int(b), c)
                or (int(names[a]) in severe and sums.mean[a] < sums.mean[b])
            )
        ]
        if not weak:
            break
        _, a, b = min(weak)
        target[target == names[b]] = names[a]
    return np.unique(target, return_inverse=True)[1].astype(np.int64)


def inverted(cells: Cells, partition: Partition, severity: int) -> bool:
    """Whether a heavier severity costs less than a lighter one with all else alike."""
    mean = Sums.of(cells, partition.of(cells.values), len(partition)).mean
    alike = np.unique(np.delete(cells.values, severity, axis=1), axis=0)
    levels = np.unique(cells.values[:, severity])
    costs = []
    for level in levels:
        values = np.insert(alike, severity, level, axis=1)
        costs.append(mean[partition.of(values)])
    return any(bool((low > high).any()) for low, high in pairwise(costs))


def severity_column(features: tuple[Feature, ...]) -> int:
    """Where the severity stands among the features."""
    return next(place for place, each in enumerate(features) if each.kind == "severity")


def _whole(cells: Cells) -> float:
    return float(cells.square.sum() - cells.cost.sum() ** 2 / max(cells.n.sum(), 1))
