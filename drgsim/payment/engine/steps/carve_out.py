"""Drugs of the commercial innovative-drug list leave the case before it is priced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..book import Book
from ..state import Change, State


@dataclass(frozen=True)
class CarveOut:
    """The listed items' cost is taken off what the case payment covers; commercial insurance and the
    patient pay it (payment rules §4.2, "three exclusions")."""

    name: ClassVar[str] = "carve_out"
    zh: ClassVar[str] = "商保创新药目录除外"
    en: ClassVar[str] = "commercial-list drugs carved out"

    @classmethod
    def read(cls, book: Book) -> CarveOut | None:
        return cls() if book.word("carve_out.commercial_list") else None

    def __call__(self, state: State) -> Change | None:
        listed = state.stays.money("commercial_list_cost").fen
        rows = state.in_scheme(listed > 0)
        if not len(rows):
            return None
        out = np.minimum(listed[rows], state.cost[rows])
        return Change(rows, marks={"carved_out": out, "cost": state.cost[rows] - out})

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if not state.carved_out[i]:
            return None
        yuan = state.carved_out[i] / 100
        return (
            f"商保目录药品 {yuan:,.2f} 元不计入本例费用",
            f"{yuan:,.2f} yuan of listed drugs leave the case",
        )
