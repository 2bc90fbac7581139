"""`as_group`: the stay is priced as a stay of another group, times a factor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ..groups import group_values
from ..state import Change, State


@dataclass
class AsGroup:
    """A group that is not in the weight table gives no weight: the stay is then told as without one."""

    group: Any
    factor: Any
    undecided: int = 0
    named: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> AsGroup:
        return cls(arguments["group"], arguments["factor"])

    def apply(self, state: State, rows: Ints, facts: Any) -> Change | None:
        names = self.group.of(facts)[rows]
        named = np.array([name is not None for name in names], np.bool_)
        self.undecided = int((~named).sum())
        rows, names = rows[named], names[named]
        wanted = sorted(set(names.tolist()))
        table = dict(zip(wanted, group_values(state.groups, "weight", wanted), strict=True))
        weight = np.array([table[name] for name in names]) * self.factor.of(facts)[rows]
        self.named = dict(zip(rows.tolist(), names.tolist(), strict=True))
        return Change(rows, marks={"weight": weight})

    def tell(self, state: State, i: int) -> tuple[str, str]:
        name, weight = self.named.get(i, "–"), state.weight[i]
        return f"按病组 {name} 计价,权重 {weight:.6g}", f"priced as group {name}, weight {weight:.6g}"
