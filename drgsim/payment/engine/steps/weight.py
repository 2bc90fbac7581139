"""The weight of a stay: its group's relative weight, or its DIP score with auxiliary factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..book import Book
from ..state import Change, State


@dataclass(frozen=True)
class Weight:
    """Weights come from the weight table; under DIP the score a grouper gave to the case wins.

    The auxiliary factor of the case (column `auxiliary_factor` of a DIP grouper) multiplies the score where
    the policy uses auxiliary factors.
    """

    name: ClassVar[str] = "weight"
    zh: ClassVar[str] = "权重或分值"
    en: ClassVar[str] = "weight or score"

    dip: bool
    auxiliary: bool

    @classmethod
    def read(cls, book: Book) -> Weight:
        dip = book.method == "dip"
        return cls(dip, dip and book.word("dip.auxiliary") != "none")

    def __call__(self, state: State) -> Change:
        table = state.groups.column("weight")
        weight = np.full(len(state), np.nan) if table is None else table[state.groups.of]
        if self.dip:
            scored = state.stays.number("score")
            weight = np.where(np.isnan(scored), weight, scored)
        if self.auxiliary:
            weight = weight * np.nan_to_num(state.stays.number("auxiliary_factor"), nan=1.0)
        return Change(None, marks={"weight": weight})

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        weight = state.weight[i]
        if np.isnan(weight):
            return None
        zh, en = ("分值", "score") if self.dip else ("权重", "weight")
        return f"{zh} {weight:g}", f"{en} {weight:g}"
