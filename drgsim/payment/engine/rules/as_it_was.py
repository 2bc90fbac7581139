"""A stay as it was right after a step, so that a chain of steps never tells what only a later one made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..state import State, Step
from .step import TOLD, RuleStep

_NONE = np.zeros(0, np.int64)


class AsItWas:
    """A state of which one stay's payment, standard, weight and coefficient are those after a step."""

    def __init__(self, state: State, step: Step, later: Sequence[Step], i: int) -> None:
        self._state = state
        self._was: dict[str, Any] = {}
        for name in TOLD:
            for rule in (each for each in later if isinstance(each, RuleStep)):
                rows, values = rule.before.get(name, (_NONE, _NONE))
                found = _value(rows, values, i)
                if found is not None:
                    self._was[name] = _Column(getattr(state, name), i, found)
                    break
        if step.name in state.adjustments:
            names = list(state.adjustments)
            so_far = names[: names.index(step.name) + 1]
            paid = sum(int(state.adjustments[name][i]) for name in so_far)
            self._was["payment"] = _Column(state.payment, i, np.int64(paid))

    def __getattr__(self, name: str) -> Any:
        was = self.__dict__["_was"]
        return was[name] if name in was else getattr(self._state, name)

    def __len__(self) -> int:
        return len(self._state)


class _Column:
    """A column with another value in one row."""

    def __init__(self, column: Any, i: int, value: Any) -> None:
        self.column, self.i, self.value = column, i, value

    def __getitem__(self, rows: Any) -> Any:
        if np.ndim(rows) == 0:
            return self.value if rows == self.i else self.column[rows]
        found = np.array(self.column[rows])
        found[np.asarray(rows) == self.i] = self.value
        return found


def _value(rows: Any, values: Any, i: int) -> Any:
    if rows is None:
        return values[i]
    place = np.flatnonzero(np.asarray(rows) == i)
    return values[place[0]] if len(place) else None
