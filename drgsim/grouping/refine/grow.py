"""Growing a partition by a tree and pruning it honestly: cost-complexity, chosen on hospitals left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .features import Cells, Constraints
from .partition import Bounds, Conjunction, Partition, Sums, differ, inverted, merged, severity_column

_FAR = 1_000_000
_ALPHAS = 8
_SMALL = 1e-12


@dataclass(frozen=True, slots=True)
class Choice:
    """A partition, and the share of variance it explained on hospitals it was not grown on."""

    partition: Partition
    left_out: float


def grow(cells: Cells, c: Constraints) -> Choice:
    """The best partition of an ADRG's cells, one group where nothing better holds up."""
    alphas = _alphas(cells, c)
    folds = [fold for fold in np.unique(cells.fold) if (cells.fold != fold).any()]
    if len(folds) < 2:
        return Choice(_one(), 0.0)
    gains = np.array([[_gain(cells, fold, alpha, c) for fold in folds] for alpha in alphas])
    means = gains.mean(axis=0 if gains.ndim == 1 else 1)
    best = int(np.argmax(means))
    error = gains[best].std(ddof=1) / np.sqrt(len(folds))
    # the simplest that is within one standard error of the best; the alphas rise
    chosen = max(place for place in range(len(alphas)) if means[place] >= means[best] - error)
    if means[chosen] - error <= 0:
        return Choice(_one(), 0.0)
    return Choice(_pruned(cells, _fitted(cells, alphas[chosen], c), c), float(means[chosen]))


def left_out(cells: Cells, groups: npt.NDArray[np.int64], many: int) -> float:
    """The share of variance that groups explain on hospitals left out, with the means of the others."""
    gains = []
    for fold in np.unique(cells.fold):
        train, test = cells.fold != fold, cells.fold == fold
        if train.any():
            gains.append(_explained(cells, groups, many, train, test))
    return float(np.mean(gains)) if gains else 0.0


def _gain(cells: Cells, fold: int, alpha: float, c: Constraints) -> float:
    train, test = cells.fold != fold, cells.fold == fold
    own = _rows(cells, train)
    # smaller data, the same shares: a group must have its part of the cases in what it is grown on
    lighter = replace(c, min_cases=max(2, round(c.min_cases * own.n.sum() / cells.n.sum())))
    partition = _pruned(own, _fitted(own, alpha, lighter), lighter)
    return _explained(cells, partition.of(cells.values), len(partition), train, test)


def _explained(
    cells: Cells,
    groups: npt.NDArray[np.int64],
    many: int,
    train: npt.NDArray[np.bool_],
    test: npt.NDArray[np.bool_],
) -> float:
    known = Sums.of(cells, groups, many, train)
    overall = known.cost.sum() / known.n.sum()
    mean = np.where(known.n > 0, known.mean, overall)[groups[test]]
    n, cost, square = cells.n[test], cells.cost[test], cells.square[test]
    rest = float((square - 2 * mean * cost + n * mean**2).sum())
    whole = float((square - 2 * overall * cost + n * overall**2).sum())
    return 1 - rest / whole if whole > 0 else 0.0


def _alphas(cells: Cells, c: Constraints) -> list[float]:
    tree = _tree(cells, 0.0, c)
    path = tree.cost_complexity_pruning_path(cells.values, cells.cost / cells.n, sample_weight=cells.n)
    found = np.unique(np.maximum(path.ccp_alphas, 0))
    if len(found) > _ALPHAS:
        found = np.unique(np.quantile(found, np.linspace(0, 1, _ALPHAS)))
    between = np.sqrt(np.maximum(found[:-1], _SMALL) * np.maximum(found[1:], _SMALL))
    return [0.0, *between.tolist(), float(found[-1]) * 1.01]


def _tree(cells: Cells, alpha: float, c: Constraints) -> Any:
    from sklearn.tree import DecisionTreeRegressor

    return DecisionTreeRegressor(
        max_leaf_nodes=max(2, 2 * c.most_groups),
        min_weight_fraction_leaf=min(0.5, c.min_cases / cells.n.sum()),
        ccp_alpha=alpha,
        random_state=0,
    )


def _fitted(cells: Cells, alpha: float, c: Constraints) -> Any:
    from sklearn import config_context

    with config_context(assume_finite=True, skip_parameter_validation=True):
        return _tree(cells, alpha, c).fit(cells.values, cells.cost / cells.n, sample_weight=cells.n).tree_


def _pruned(cells: Cells, tree: Any, c: Constraints) -> Partition:
    """The leaves of a tree that fulfil the constraints, those that do not differ merged."""
    leaves = [tuple(each) for each in _leaves(cells, tree, 0, {}, c)]
    partition = Partition(tuple((each,) for each in leaves))
    while len(partition) > 1:
        target = merged(cells, partition.of(cells.values), len(partition), c)
        many = int(target.max()) + 1
        partition = Partition(
            tuple(
                tuple(
                    leaf
                    for place, group in enumerate(partition.groups)
                    if target[place] == new
                    for leaf in group
                )
                for new in range(many)
            )
        )
        if not inverted(cells, partition, severity_column(cells.features)) and many <= c.most_groups:
            return partition
        partition = _closest_merged(cells, partition)
    return _one()


def _closest_merged(cells: Cells, partition: Partition) -> Partition:
    """The two groups nearest by mean as one."""
    sums = Sums.of(cells, partition.of(cells.values), len(partition))
    order = np.argsort(sums.mean, kind="stable")
    nearest = int(np.argmin(np.diff(sums.mean[order])))
    a, b = int(order[nearest]), int(order[nearest + 1])
    kept = [group for place, group in enumerate(partition.groups) if place not in (a, b)]
    return Partition((*kept, partition.groups[a] + partition.groups[b]))


def _leaves(
    cells: Cells, tree: Any, node: int, bounds: dict[int, tuple[int, int]], c: Constraints
) -> list[Conjunction]:
    """The conjunctions of the leaves below a node; a split of two leaves that do not differ is taken back."""
    here = tuple(Bounds(feature, low, high) for feature, (low, high) in sorted(bounds.items()))
    if tree.children_left[node] < 0:
        return [here]
    feature, edge = int(tree.feature[node]), int(np.floor(tree.threshold[node]))
    low, high = bounds.get(feature, (-_FAR, _FAR))
    left = _leaves(cells, tree, tree.children_left[node], {**bounds, feature: (low, min(high, edge))}, c)
    right = _leaves(
        cells, tree, tree.children_right[node], {**bounds, feature: (max(low, edge + 1), high)}, c
    )
    if len(left) == len(right) == 1 and not _stands(cells, left[0], right[0], c):
        return [here]
    return left + right


def _stands(cells: Cells, left: Conjunction, right: Conjunction, c: Constraints) -> bool:
    """Whether a split of two leaves fulfils the constraints: difference, years, and the fall of the CV."""
    groups = Partition(((left,), (right,))).of(cells.values)
    rows = groups >= 0
    own = _rows(cells, rows)
    if not differ(own, groups[rows], 0, 1, c):
        return False
    both, one = Sums.of(own, groups[rows], 2), Sums.of(own, np.zeros(len(own), np.int64), 1)
    fall = 1 - np.sqrt(both.inside.sum() / one.inside.sum()) if one.inside.sum() > 0 else 0.0
    return bool(fall >= c.min_cv_fall)


def _rows(cells: Cells, rows: npt.NDArray[np.bool_]) -> Cells:
    return replace(
        cells,
        **{
            name: getattr(cells, name)[rows]
            for name in ("values", "fold", "year", "base", "n", "cost", "square")
        },
    )


def _one() -> Partition:
    return Partition((((),),))
