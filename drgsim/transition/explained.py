"""Which scheme explains cost better: RIV, CV inside groups and unstable groups, with bands by hospital."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..weights.fit import default
from .sides import Side

Floats = npt.NDArray[np.float64]
MEASURES = ("riv", "cv", "unstable_share")
_LOW, _HIGH = 0.05, 0.95
_WIDE = 1.0  # a coefficient of variation from which a group is called unstable


def explained(
    a: Side, b: Side, cost: Floats, mdc: pd.Series, hospital: pd.Series | None, *, draws: int, seed: int
) -> pd.DataFrame:
    """A row an MDC of the scheme left (and `all`): cases, and `riv`, `cv`, `unstable_share` of both.

    Only cases with a group under both and a cost above 0 (yuan) count, so that both are held against the same
    costs. `…_difference` is b less a; `…_low` and `…_high` bound it: the 5 % and 95 % points of `draws` draws
    of whole hospitals (none without hospitals, fewer than two of them, or `draws=0`).

    riv : share of the variance of cost between groups; cv : mean of the groups' CV, by cases;
    unstable_share : share of groups with too few cases or a CV of 1 or more.
    """
    both = a.grouped & b.grouped & (cost > 0)
    names, of = np.unique(mdc.astype(str).to_numpy()[both], return_inverse=True)
    cells = {name: _Cells.read(side.frame["group"][both], of) for name, side in (("a", a), ("b", b))}
    columns: dict[str, Floats] = {}
    for name, cell in cells.items():
        columns |= {f"{key}_{name}": value for key, value in cell.measures(cost[both], len(names)).items()}
    sizes = np.bincount(of, minlength=len(names))
    table = pd.DataFrame({"cases": np.append(sizes, sizes.sum()), **columns}, index=[*names, "all"])
    for key in MEASURES:
        table[f"{key}_difference"] = table[f"{key}_b"] - table[f"{key}_a"]
    if draws and hospital is not None and hospital[both].nunique() > 1:
        drawn = _drawn(cells, cost[both], hospital[both], len(names), draws, seed)
        for key in MEASURES:
            difference = drawn[f"{key}_b"] - drawn[f"{key}_a"]
            known = np.flatnonzero(~np.isnan(difference).all(axis=0))  # an MDC of one case has no spread
            bounds = np.full((2, difference.shape[1]), np.nan)
            bounds[:, known] = np.nanquantile(difference[:, known], [_LOW, _HIGH], axis=0)
            table[f"{key}_low"], table[f"{key}_high"] = bounds
    return table.rename_axis("mdc").sort_values("cases", ascending=False, kind="stable")


class _Cells:
    """Cases by MDC × group: the cell of each case, and the MDC of each cell."""

    def __init__(self, of: npt.NDArray[np.int64], mdc: npt.NDArray[np.int64]) -> None:
        self.of, self.mdc = of, mdc

    @classmethod
    def read(cls, groups: pd.Series, mdc: npt.NDArray[np.int64]) -> _Cells:
        codes, labels = pd.factorize(groups.astype(object), sort=True)
        cells, of = np.unique(mdc.astype(np.int64) * max(len(labels), 1) + codes, return_inverse=True)
        return cls(of, cells // max(len(labels), 1))

    def measures(self, cost: Floats, mdcs: int) -> dict[str, Floats]:
        n, first, second = (
            np.bincount(self.of, weights, len(self.mdc)).astype(np.float64)[None]
            for weights in (None, cost, cost**2)
        )
        found = self.of_sums(n, first, second, mdcs)
        return {key: value[0] for key, value in found.items()}

    def of_sums(self, n: Floats, first: Floats, second: Floats, mdcs: int) -> dict[str, Floats]:
        """Measures (draws, MDCs + 1) from cases, cost and squared cost of each cell (draws, cells)."""
        few, by_mdc = default("min_cases"), np.zeros((len(self.mdc), mdcs + 1))
        by_mdc[np.arange(len(self.mdc)), self.mdc] = 1
        by_mdc[:, -1] = 1
        with np.errstate(invalid="ignore", divide="ignore"):
            inside = np.maximum(second - np.where(n > 0, first**2 / n, 0), 0)
            cv = np.sqrt(inside / n) / (first / n)
            whole = second @ by_mdc - (first @ by_mdc) ** 2 / (n @ by_mdc)
            there = (n > 0).astype(float)
            unstable = there * ((n < few) | (cv >= _WIDE))
            return {
                "riv": 1 - (inside @ by_mdc) / whole,
                "cv": (np.where(n > 0, cv, 0) * n) @ by_mdc / (n @ by_mdc),
                "unstable_share": (unstable @ by_mdc) / (there @ by_mdc),
            }


def _drawn(
    cells: dict[str, _Cells], cost: Floats, hospital: pd.Series, mdcs: int, draws: int, seed: int
) -> dict[str, Floats]:
    """Measures of both schemes in draws of whole hospitals, the same for both; stays without one are one."""
    from scipy.sparse import csr_matrix

    codes, labels = pd.factorize(hospital.astype(object), sort=True, use_na_sentinel=False)
    n = len(labels)
    chosen = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws).astype(float)
    found: dict[str, Floats] = {}
    for name, cell in cells.items():
        shape = n, len(cell.mdc)
        counted, first, second = (
            np.asarray((csr_matrix((weights, (codes, cell.of)), shape=shape).T @ chosen.T).T)
            for weights in (np.ones(len(cost)), cost, cost**2)
        )
        measures = cell.of_sums(counted, first, second, mdcs)
        found |= {f"{key}_{name}": value for key, value in measures.items()}
    return found
