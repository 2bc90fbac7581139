"""What the pooled basic fund pays on the patient's bill: deductible, ladder of ratios, yearly ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ....cases.arrays import Codes
from ....cases.fen import TO_THE_FEN, Fen, Floats, Rounding, filled
from ..book import Bands, Book, Value, spread


@dataclass(frozen=True)
class BasicFund:
    """The deductible comes off the first of a stay's in-scope cost; each slice of the rest, counted from
    where the year had come to, is paid at its ratio (fund rules §1.1, §8-8).

    Out-of-area care cuts the ratios by registration class and may have a deductible of its own.
    """

    deductible: Value  # yuan
    factor: Bands | None  # part of the deductible at the nth stay of the year
    ladder: Bands  # ratios by slices of the year's in-scope cost, in fen
    ceiling: Value  # yuan a year, NaN for none
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> BasicFund:
        factor = book.benefit_bands("deductible_factor")
        return cls(
            _deductible(book),
            None if (factor.values == 1).all() else factor,
            _ladder(book),
            book.benefit("ceiling"),
            book.rounding(),
        )

    def deductibles(self, profile: Codes, numbers: Floats | float, in_scope: Fen) -> Fen:
        """The deductible applied to each stay, at most its in-scope cost. `numbers`: nth stay of the year."""
        yuan = self.deductible
        if self.factor is not None and np.ndim(numbers):
            part = self.factor.at(profile, np.asarray(numbers))
            return np.minimum(self._fen(spread(yuan, profile) * part), in_scope)
        if self.factor is not None:  # the same number for all: asked once a profile
            every = np.arange(len(self.factor.values), dtype=np.int32)
            yuan = yuan * self.factor.at(every, np.broadcast_to(numbers, len(every)))
        fen = self._fen(np.atleast_1d(yuan))
        return np.minimum(fen[profile] if len(fen) > 1 else fen[0], in_scope)

    def _fen(self, yuan: Any) -> Fen:
        return self.rounding.fen(filled(yuan) * 100)

    def paid(self, profile: Codes, start: Fen, stop: Fen) -> Fen:
        """What the ladder pays on the year's in-scope cost from `start` to `stop`, before the ceiling."""
        fen = self.ladder.over(profile, start, stop)
        return self.rounding.fen(filled(fen) if np.isnan(self.ladder.values).any() else fen)

    def unanswered(self) -> npt.NDArray[np.bool_]:
        """(profiles,) or (1,) whether the policy has no deductible or ratio for a profile."""
        return np.isnan(np.atleast_1d(self.deductible)) | np.isnan(self.ladder.values).any(axis=1)


def _deductible(book: Book) -> Value:
    home = book.benefit("deductible")
    outside = book.profiles.outside
    if not outside.any():
        return home
    away = book.value("cross_region.deductible")
    return np.where(outside & ~np.isnan(away), away, home)


def _ladder(book: Book) -> Bands:
    bands = book.benefit_bands("payment_ratio")
    values = bands.values
    outside = book.profiles.outside
    if outside.any():
        cut = np.broadcast_to(book.value("cross_region.ratio_cut"), len(outside))[:, None]
        relative = book.word("cross_region.cut_kind") == "relative"
        reduced = values * (1 - cut) if relative else np.clip(values - cut, 0.0, 1.0)
        values = np.where(outside[:, None], reduced, values)
    return Bands(bands.uppers * 100, values)
