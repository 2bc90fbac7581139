"""`blend`: a coefficient from the level's and the hospital's mean cost in the group over the region's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import Floats
from ..rules.aggregates import cells_of, exact_sums
from ..state import Change, State

_LEVELS = ("0", "1", "2", "3")


@dataclass
class Blend:
    """level · c(level) + hospital · c(hospital), c being the mean cost of the level's (hospital's) stays of
    the group over that of all. A level with at most `few` cases takes the next higher level's, else the next
    lower's, else 1; a hospital with at most `few` takes its level's."""

    level: float
    hospital: float
    few: float
    floor: float | None
    cap: float | None
    undecided: int = 0

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Blend:
        return cls(*(arguments[name] for name in ("level", "hospital", "few", "floor", "cap")))

    def apply(self, state: State, rows: Ints, facts: Any) -> Change | None:
        whole = _means(state, ("group",))[0]
        levels = self._levels(state, whole)
        own, counts = _means(state, ("group", "hospital"))
        hospital = np.where(counts > self.few, own / whole, levels)
        value = self.level * levels + self.hospital * hospital
        if self.floor is not None or self.cap is not None:
            value = np.clip(value, self.floor, self.cap)
        found = np.round(value[rows], 12)
        lost = np.isnan(found)
        self.undecided = int(lost.sum())
        return Change(rows, marks={"coefficient": np.where(lost, state.coefficient[rows], found)})

    def _levels(self, state: State, whole: Floats) -> Floats:
        """The level's coefficient of each stay's group, by the rule for few cases."""
        given = [str(level) for level in state.book.profiles.labels["level"]]
        place = np.array([_LEVELS.index(level) if level in _LEVELS else -1 for level in given])[state.profile]
        group = cells_of(state, ("group",))
        n = int(group.max(initial=-1)) + 1
        counted = (state.problem == 0) & (place >= 0)
        cell = group * len(_LEVELS) + place
        sums = exact_sums(cell[counted], state.cost[counted] / 100, n * len(_LEVELS)).reshape(n, -1)
        counts = np.bincount(cell[counted], minlength=n * len(_LEVELS)).reshape(n, -1)
        means = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > self.few)
        of_group = np.full(n, np.nan)
        of_group[group] = whole
        ratios = means / of_group[:, None]
        filled = np.ones_like(ratios)
        for at in range(len(_LEVELS)):
            order = [at, *range(at + 1, len(_LEVELS)), *range(at - 1, -1, -1)]
            for other in reversed(order):
                known = ~np.isnan(ratios[:, other])
                filled[known, at] = ratios[known, other]
        return np.where(place >= 0, filled[group, np.maximum(place, 0)], 1.0)

    def tell(self, state: State, i: int) -> tuple[str, str]:
        value = state.coefficient[i]
        return f"差异系数 {value:.6g}", f"coefficient {value:.6g} from mean costs"


def _means(state: State, dimensions: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Mean cost (yuan) and number of the stays in each stay's cell."""
    cells = cells_of(state, dimensions)
    n = int(cells.max(initial=-1)) + 1
    counted = state.problem == 0
    sums = exact_sums(cells[counted], state.cost[counted] / 100, n)
    counts = np.bincount(cells[counted], minlength=n).astype(np.float64)
    return np.divide(sums, counts, out=np.full(n, np.nan), where=counts > 0)[cells], counts[cells]
