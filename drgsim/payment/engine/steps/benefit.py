"""What the benefit rules cover of a cost, and what basic fund, catastrophic insurance and aid pay of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...._parallel import blocks
from ....cases.arrays import Codes, same
from ....cases.fen import TO_THE_FEN, Fen, Floats, Rounding, filled
from ..book import Bands, Book, Value, spread
from ..stays import Stays


@dataclass(frozen=True)
class Scope:
    """Cost less what is out of scope, over the price limit, and prepaid.

    What the case does not state is estimated: the out-of-scope amount from its in-scope amount or
    `in_scope_share` of the cost, the prepaid amount as `prepaid_share` of the rest; nothing over the limit.
    """

    in_scope_share: Value = 1.0
    prepaid_share: Value = 0.0
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> Scope:
        return cls(book.benefit("in_scope_share"), book.benefit("prepaid_share"), book.rounding())

    def outside(self, stays: Stays, profile: Codes, cost: Fen, carved_out: Fen) -> Fen:
        """(n,) fen of `cost` that the benefit rules do not cover.

        Carved-out drugs are outside every basic catalogue, so a stated out-of-scope amount holds them.
        """
        stated = stays.money("out_of_scope")
        out = np.maximum(stated.fen - carved_out, 0)
        if stated.known is not None:
            covered = stays.money("in_scope")
            share = self._part(1.0 - filled(spread(self.in_scope_share, profile), 1.0), cost)
            stated_inside = True if covered.known is None else covered.known
            unstated = np.where(stated_inside, cost - covered.fen, share)
            out = np.where(stated.known, out, unstated)
        out = out + stays.money("over_limit").fen
        prepaid = stays.money("prepaid_share")
        first = prepaid.fen
        if prepaid.known is not None:
            estimate = self._part(filled(spread(self.prepaid_share, profile)), np.maximum(cost - out, 0))
            first = np.where(prepaid.known, first, estimate)
        return np.clip(out + first, 0, cost)

    def _part(self, share: Value, fen: Fen) -> Fen:
        return self.rounding.fen(share * fen)


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

    def deductibles(self, profile: Codes, numbers: Floats | None) -> Fen:
        """(n,) the rule's deductible of each stay. `numbers`: nth stay of the year, where it matters."""
        yuan = np.atleast_1d(self.deductible)
        if self.factor is None or numbers is None:
            fen = self._fen(yuan)
            return fen[profile] if len(fen) > 1 else same(fen[0], len(profile))
        # few profiles and few bands: each pair is worked out once, and taken by stay
        table = self._fen(yuan[:, None] * self.factor.values)
        own = profile if len(table) > 1 else same(0, len(profile), np.int32)
        result = np.empty(len(profile), np.int64)
        for block in blocks(len(profile)):
            band = np.searchsorted(self.factor.uppers, numbers[block], side="left")
            result[block] = table[own[block], band]
        return result

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


@dataclass(frozen=True)
class Catastrophic:
    """Of the year's in-scope cost left to the patient, slices above the deductible are paid at their ratios,
    up to the yearly ceiling (payment rules §7.4)."""

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
    """`ratio` of the in-scope cost still left in the year above the class's deductible, up to its ceiling
    (payment rules §7.4)."""

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
