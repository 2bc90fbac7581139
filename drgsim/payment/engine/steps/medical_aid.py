"""Medical aid: a share of what basic and catastrophic insurance have left, by class of person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....cases.arrays import Codes
from ....cases.fen import TO_THE_FEN, Fen, Rounding
from ..book import Book, Value, spread


@dataclass(frozen=True)
class MedicalAid:
    """`ratio` of the in-scope cost still left in the year above the class's deductible, up to its ceiling."""

    ratio: Value
    deductible: Value  # yuan a year
    ceiling: Value  # yuan a year, NaN for none
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> MedicalAid | None:
        ratio = book.benefit("medical_aid.ratio")
        if not np.nan_to_num(ratio).any():
            return None
        return cls(
            ratio,
            book.benefit("medical_aid.deductible"),
            book.benefit("medical_aid.ceiling"),
            book.rounding(),
        )

    def paid(self, profile: Codes, start: Fen, stop: Fen) -> Fen:
        """What aid pays on the year's rest from `start` to `stop`, before the ceiling; nothing for a person
        of no class."""
        free = np.nan_to_num(np.asarray(spread(self.deductible, profile)) * 100)
        above = np.maximum(stop - free, 0.0) - np.maximum(start - free, 0.0)
        ratio = np.nan_to_num(spread(self.ratio, profile))
        return self.rounding.fen(above * ratio)
