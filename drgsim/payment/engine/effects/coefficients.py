"""Effects that measure a coefficient: `increment` by steps, `blend` from mean costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ....cases.arrays import Ints, Mask
from ....cases.fen import Floats
from ..rules.aggregates import every_stretch, exact_sums, joined_cells
from ..state import Change, State


@dataclass
class Increment:
    """first (once above 0) + add for each whole step of the measure, at most cap; not known adds nothing."""

    of_what: Any
    step: float
    add: float
    first: float
    cap: Any
    undecided: int = 0
    added: Floats = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Increment:
        names = ("of", "step", "add", "first", "cap")
        return cls(*(arguments[name] for name in names))

    def apply(self, state: State, rows: Ints, facts: Any) -> Change | None:
        measured = self.of_what.of(facts)[rows]
        lost = np.isnan(measured)
        self.undecided = int(lost.sum())
        # a measure that is a whole number of steps but for the last binary digit is that number of steps
        steps = np.floor(np.where(lost, 0.0, np.maximum(measured, 0.0)) / self.step + 1e-9)
        grown = np.where(measured > 0, self.first, 0.0) + self.add * steps
        if self.cap is not None:
            grown = np.fmin(grown, self.cap.of(facts)[rows])
        self.added = np.zeros(len(state))
        self.added[rows] = grown
        return Change(rows, marks={"coefficient": np.round(state.coefficient[rows] + grown, 12)})

    def tell(self, state: State, i: int) -> tuple[str, str]:
        return f"系数加成 {self.added[i]:.4g}", f"coefficient raised by {self.added[i]:.4g}"


Cells = npt.NDArray[np.int64]
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
        states, here = every_stretch(state)
        payable = np.concatenate([each.problem == 0 for each in states])
        yuan = np.concatenate([each.cost for each in states]) / 100
        group = joined_cells(states, ("group",))
        whole = _means(group, payable, yuan)[0]
        levels = self._levels(_levels_of(states), group, whole, payable, yuan)
        own, counts = _means(joined_cells(states, ("group", "hospital")), payable, yuan)
        hospital = np.where(counts > self.few, own / whole, levels)
        value = self.level * levels + self.hospital * hospital
        if self.floor is not None or self.cap is not None:
            value = np.clip(value, self.floor, self.cap)
        found = np.round(value[here][rows], 12)
        lost = np.isnan(found)
        self.undecided = int(lost.sum())
        return Change(rows, marks={"coefficient": np.where(lost, state.coefficient[rows], found)})

    def _levels(self, place: Cells, group: Cells, whole: Floats, payable: Mask, yuan: Floats) -> Floats:
        """The level's coefficient of each stay's group, by the rule for few cases."""
        n = int(group.max(initial=-1)) + 1
        counted = payable & (place >= 0)
        cell = group * len(_LEVELS) + place
        sums = exact_sums(cell[counted], yuan[counted], n * len(_LEVELS)).reshape(n, -1)
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


def _levels_of(states: Sequence[State]) -> Cells:
    """The place of each stay's hospital level among those known, -1 for none; of all states in turn."""
    found = []
    for each in states:
        given = [str(level) for level in each.book.profiles.labels["level"]]
        places = [_LEVELS.index(level) if level in _LEVELS else -1 for level in given]
        found.append(np.array(places, np.int64)[each.profile])
    return np.concatenate(found)


def _means(cells: Cells, payable: Mask, yuan: Floats) -> tuple[Floats, Floats]:
    """Mean cost (yuan) and number of the payable stays in each stay's cell."""
    n = int(cells.max(initial=-1)) + 1
    sums = exact_sums(cells[payable], yuan[payable], n)
    counts = np.bincount(cells[payable], minlength=n).astype(np.float64)
    return np.divide(sums, counts, out=np.full(n, np.nan), where=counts > 0)[cells], counts[cells]
