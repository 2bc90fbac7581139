"""`weight` and `coefficient`: a factor of the standard set, multiplied, raised or capped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ....cases.arrays import Ints
from ..state import Change, State
from .amounts_on import Ways


@dataclass
class Factor:
    """`column` is weight or coefficient."""

    column: str
    ways: Ways
    undecided: int = field(default=0)

    @classmethod
    def of(cls, column: str, arguments: Mapping[str, Any]) -> Factor:
        return cls(column, Ways.of(arguments))

    def apply(self, state: State, rows: Ints, facts: Any) -> Change | None:
        values, lost = self.ways.applied(getattr(state, self.column)[rows], rows, facts)
        self.undecided = int(lost.sum())
        return Change(rows, marks={self.column: values})

    def tell(self, state: State, i: int) -> tuple[str, str]:
        value = getattr(state, self.column)[i]
        zh = "权重或分值" if self.column == "weight" else "系数"
        return f"{zh}调整后 {value:.6g}", f"{self.column} is now {value:.6g}"
