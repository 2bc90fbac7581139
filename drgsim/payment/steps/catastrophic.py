"""Catastrophic insurance: ladder over what the year has left to the patient, above a deductible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..book import Bands, Book, Value, spread
from ..fen import Fen, Floats, Mode, to_fen
from ..stays import Codes


@dataclass(frozen=True)
class Catastrophic:
    """Of the year's in-scope cost left to the patient, slices above the deductible are paid at their ratios,
    up to the yearly ceiling."""

    deductible: Value  # yuan a year, NaN: none for the profile
    ladder: Bands  # ratios by slices above the deductible, in fen
    ceiling: Value  # yuan a year, NaN for none
    digits: int = 2
    mode: Mode = "half_up"

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
            int(book.word("rounding.payment")),
            book.mode(),
        )

    def paid(self, profile: Codes, start: Fen, stop: Fen) -> Fen:
        """What the ladder pays on the year's rest from `start` to `stop`, before the ceiling."""
        free = np.nan_to_num(np.asarray(spread(self.deductible, profile)) * 100, nan=np.inf)
        # above an infinite deductible there is nothing
        fen = self.ladder.over(profile, np.maximum(start - free, 0.0), np.maximum(stop - free, 0.0))
        return to_fen(np.nan_to_num(fen) / 100, digits=self.digits, mode=self.mode)

    def ceilings(self, profile: Codes) -> Floats | float:
        """The yearly ceiling in fen, infinite for none."""
        return np.nan_to_num(np.asarray(spread(self.ceiling, profile)) * 100, nan=np.inf)
