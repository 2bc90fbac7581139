"""`increment`: the coefficient grows by steps with something measured, up to a cap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import Floats
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
