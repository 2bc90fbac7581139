"""Support of traditional Chinese medicine: groups and hospitals whose payment is raised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import TO_THE_FEN, Floats, Rounding
from ..book import Book, Value, spread
from ..state import Change, State


@dataclass(frozen=True)
class TcmSupport:
    """payment × (1 + share); of the shares a stay qualifies for, the highest applies (payment rules §3.3)."""

    name: ClassVar[str] = "tcm_support"
    zh: ClassVar[str] = "中医支持"
    en: ClassVar[str] = "support of Chinese medicine"

    groups: Floats  # (groups + 1,)
    hospitals: Value
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> TcmSupport | None:
        off = book.word("tcm.support") == 0 and book.word("tcm.hospital_support") == 0
        if off:
            return None
        return cls(
            np.nan_to_num(book.by_group("tcm.support")),
            book.value("tcm.hospital_support"),
            book.rounding(),
        )

    def __call__(self, state: State) -> Change | None:
        inside = state.in_scheme()
        share = self._share(state, inside)
        rows, share = inside[share > 0], share[share > 0]
        if not len(rows):
            return None
        return Change(rows, payment=self.rounding.fen(state.payment[rows] * (1 + share)))

    def _share(self, state: State, rows: Ints) -> Floats:
        hospital = np.nan_to_num(spread(self.hospitals, state.profile[rows]))
        return np.maximum(self.groups[state.groups.of[rows]], hospital)

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if not state.changed(self.name, i):
            return None
        share = float(self._share(state, np.array([i]))[0])
        return f"中医支持 {share:.2%}", f"support of Chinese medicine {share:.2%}"
