"""A return to the same group within days costs part of the earlier, or the later, stay's payment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ....cases.arrays import Ints, Mask
from ....cases.fen import TO_THE_FEN, Fen, Rounding
from ..book import Book
from ..history import days_from_previous, days_to_next
from ..state import Change, State
from .routes import diagnosed


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
