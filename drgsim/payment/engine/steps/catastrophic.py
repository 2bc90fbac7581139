"""The ladders after the basic fund, over what the year left the patient: catastrophic insurance, then aid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....cases.arrays import Codes
from ....cases.fen import TO_THE_FEN, Fen, Rounding, filled
from ..book import Bands, Book, Value, spread


@dataclass(frozen=True)
class Catastrophic:
    """Of the year's in-scope cost left to the patient, slices above the deductible are paid at their ratios,
    up to the yearly ceiling."""

    deductible: Value  # yuan a year, NaN: none for the profile
    ladder: Bands  # ratios by slices above the deductible, in fen
    ceiling: Value  # yuan a year, NaN for none
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> Catastrophic | None:
        deductible = book.benefit("catastrophic.deductible")
        if np.isnan(deductible).all():
            return None
        bands = book.benefit_bands("catastrophic.payment_ratio")
        return cls(
            deductible,
            Bands(bands.uppers * 100, bands.values),
            book.benefit("catastrophic.ceiling"),
            book.rounding(),
        )

    def paid(self, profile: Codes, start: Fen, stop: Fen) -> Fen:
        """What the ladder pays on the year's rest from `start` to `stop`, before the ceiling."""
        free = filled(np.atleast_1d(self.deductible) * 100, np.inf)
        # few people ever come above a deductible
        near = np.flatnonzero(stop > free.min())
        own = profile[near]
        above = free[own] if len(free) > 1 else free[0]
        fen = self.ladder.over(own, np.maximum(start[near] - above, 0.0), np.maximum(stop[near] - above, 0.0))
        paid = np.zeros(len(stop), np.int64)
        paid[near] = self.rounding.fen(filled(fen))
        return paid


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
        free = filled(np.asarray(spread(self.deductible, profile)) * 100)
        above = np.maximum(stop - free, 0.0) - np.maximum(start - free, 0.0)
        ratio = filled(spread(self.ratio, profile))
        return self.rounding.fen(above * ratio)
