"""`benefit`: another deductible, ratio or patient's share; the bill reads what is noted here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ....words import chinese
from ..state import Change, State

NAMES = ("deductible", "deductible_factor", "ratio", "ratio_points", "patient")


@dataclass
class Benefit:
    """Notes what the rule says of each stay in `state.benefits`; a later rule wins."""

    amounts: Mapping[str, Any]
    undecided: int = 0

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Benefit:
        return cls({name: arguments[name] for name in NAMES if arguments.get(name) is not None})

    def apply(self, state: State, rows: Ints, facts: Any) -> Change | None:
        self.undecided = 0
        for name, amount in self.amounts.items():
            values = amount.of(facts)[rows]
            self.undecided += int(np.isnan(values).sum())
            if name == "patient":
                due = np.rint(state.payment[rows] * np.nan_to_num(values)).astype(np.int64)
                known = ~np.isnan(values)
                state.apply(
                    "", Change(rows[known], marks={"patient_due": np.minimum(due, state.cost[rows])[known]})
                )
                continue
            noted = state.benefits.setdefault(name, np.full(len(state), np.nan))
            noted[rows] = np.where(np.isnan(values), noted[rows], values)
        return None

    def tell(self, state: State, i: int) -> tuple[str, str]:
        said = {name: state.benefits[name][i] for name in self.amounts if name in state.benefits}
        zh = chinese("benefit")
        return (
            "待遇调整: " + ", ".join(f"{zh[name]} {value:g}" for name, value in said.items()),
            "benefit: " + ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in said.items()),
        )
