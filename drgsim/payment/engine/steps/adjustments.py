"""Steps that change a payment in proportion: incomplete stays, readmission, support of Chinese medicine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ....cases.arrays import Ints, Mask
from ....cases.fen import TO_THE_FEN, Fen, Floats, Rounding
from ..book import Book, Value, spread
from ..history import days_from_previous, days_to_next
from ..state import Change, State
from ..stays import Stays
from .ratio import group_means
from .routes import diagnosed


@dataclass(frozen=True)
class Incomplete:
    """Standard (with or without the coefficient) × cost / group mean, at most `cap` of that standard
    (payment rules §2.3, fund rules §8-20). A group without a mean keeps the standard."""

    name: ClassVar[str] = "incomplete"
    zh: ClassVar[str] = "住院过程不完整"
    en: ClassVar[str] = "incomplete stay"

    discharge_modes: tuple[str, ...]
    max_days: float | None = None
    with_coefficient: bool = False
    cap: float = 1.0
    cap_before_coefficient: bool = False
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> Incomplete | None:
        if book.word("incomplete.method") == "none":
            return None
        return cls(
            book.word("incomplete.discharge_modes"),
            book.word("incomplete.max_days"),
            book.word("incomplete.with_coefficient"),
            book.word("incomplete.cap"),
            book.word("incomplete.cap_base") == "before_coefficient",
            book.rounding(),
        )

    def __call__(self, state: State) -> Change | None:
        rows = state.in_scheme(self._ended_early(state.stays))
        share = _cost_share(state, rows)
        rows, share = rows[~np.isnan(share)], share[~np.isnan(share)]
        if not len(rows):
            return None
        base = state.weight[rows] * state.unit[rows]
        if self.with_coefficient:
            base = base * state.coefficient[rows]
        capped = base * np.minimum(share, self.cap)
        if self.cap_before_coefficient:
            capped = np.minimum(base * share, state.weight[rows] * state.unit[rows] * self.cap)
        return Change(rows, payment=self.rounding.yuan(capped), marks={"slides": 1.0})

    def _ended_early(self, stays: Stays) -> Mask:
        early = np.ones(len(stays), np.bool_)
        if self.discharge_modes:
            mode = stays.labels("discharge")
            listed = [name in self.discharge_modes for name in mode.names]
            early &= np.array([*listed, False], np.bool_)[mode.codes]
        if self.max_days is not None:
            early &= stays.number("los") <= self.max_days
        return early

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if not state.changed(self.name, i):
            return None
        share = min(float(_cost_share(state, np.array([i]))[0]), self.cap)
        return (
            f"按费用与病组例均之比 {share:.4g} 折算",
            f"paid {share:.4g} of the standard: its cost over the group mean",
        )


def _cost_share(state: State, rows: np.ndarray) -> Floats:
    return state.cost[rows] / 100 / group_means(state, rows)


@dataclass(frozen=True)
class Readmission:
    """`factor` of the payment is left when the person is back in the same group at most `within_days` days
    after discharge (fund rules §8-19: the first stay's points × 0.5 within 15 days; chemotherapy and
    radiotherapy exempt)."""

    name: ClassVar[str] = "readmission"
    zh: ClassVar[str] = "同病组再入院"
    en: ClassVar[str] = "readmission to the same group"

    within_days: float
    factor: float
    cut_previous: bool = True
    exempt_groups: tuple[str, ...] = ()
    exempt_diagnoses: tuple[str, ...] = ()
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> Readmission | None:
        method = book.word("readmission.method")
        if method == "none":
            return None
        return cls(
            book.word("readmission.within_days"),
            book.word("readmission.factor"),
            method == "cut_previous",
            book.word("readmission.exempt_groups"),
            book.word("readmission.exempt_diagnoses"),
            book.rounding(),
        )

    def __call__(self, state: State) -> Change | None:
        cut = self._readmitted(state)
        if self.exempt_groups:
            cut &= ~state.groups.listed(self.exempt_groups)[state.groups.of]
        if self.exempt_diagnoses:
            cut &= ~diagnosed(state, self.exempt_diagnoses)
        rows = state.in_scheme(cut)
        if not len(rows):
            return None
        return Change(rows, payment=self._left(state, rows))

    def _readmitted(self, state: State) -> Mask:
        days = days_to_next(state.stays) if self.cut_previous else days_from_previous(state.stays)
        return (days >= 0) & (days <= self.within_days)

    def _left(self, state: State, rows: Ints) -> Fen:
        return self.rounding.fen(state.payment[rows] * self.factor)

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if not state.changed(self.name, i):
            return None
        return (
            f"{self.within_days:g} 天内同病组再入院,付 {self.factor:.0%}",
            f"back in the same group within {self.within_days:g} days: {self.factor:.0%} is paid",
        )


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
