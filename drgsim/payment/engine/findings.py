"""What the walks down the street found, as columns over all stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from ...cases.fen import Fen, Floats
from .jurisdiction import Jurisdiction
from .state import Marks, State, Step


@dataclass(frozen=True)
class Walk:
    """One walk down the street: where, the state at its end, the rules that were on."""

    place: Jurisdiction
    state: State
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Findings:
    """(n,) columns: fen (int64), numbers (float64), marks (int8); `adjustments` by step in fen."""

    cost: Fen
    carved_out: Fen
    standard: Fen
    payment: Fen
    weight: Floats
    coefficient: Floats
    unit: Floats
    ratio: Floats
    route: Marks
    outlier: Marks
    review: Marks
    problem: Marks
    slides: Floats
    carved_by_rule: Fen
    carved_fund: Fen
    carved_commercial: Fen
    patient_due: Fen
    adjustments: Mapping[str, Fen]
    benefits: Mapping[str, Floats]  # by name, what rules say of the bill; NaN for nothing

    @classmethod
    def gather(cls, n: int, walks: Sequence[Walk]) -> Findings:
        """The states of walks that together cover all n stays once."""
        names = [each.name for each in fields(cls) if each.name not in ("adjustments", "benefits")]
        if len(walks) == 1 and isinstance(walks[0].place.rows, slice):
            state = walks[0].state
            columns = {name: getattr(state, name) for name in names}
            return cls(**columns, adjustments=state.adjustments, benefits=state.benefits)
        columns = {
            name: _scattered(n, walks, lambda state, name=name: getattr(state, name)) for name in names
        }
        steps = dict.fromkeys(name for walk in walks for name in walk.state.adjustments)
        adjustments = {
            step: _scattered(n, walks, lambda state, step=step: state.adjustments.get(step, 0))
            for step in steps
        }
        said = dict.fromkeys(name for walk in walks for name in walk.state.benefits)
        benefits = {
            name: _scattered(n, walks, lambda state, name=name: state.benefits.get(name, np.nan))
            for name in said
        }
        return cls(**columns, adjustments=adjustments, benefits=benefits)

    def with_problem(self, problem: Marks) -> Findings:
        return replace(self, problem=problem)


def _scattered(n: int, walks: Sequence[Walk], column: Any) -> Any:
    """A column of each walk put at its rows."""
    if not walks:
        return np.zeros(n)
    parts = [np.asarray(column(walk.state)) for walk in walks]
    result = np.zeros(n, np.result_type(*parts))
    for walk, values in zip(walks, parts, strict=True):
        result[walk.place.rows] = values
    return result
