"""`package`: a price for the course or the month, perhaps once a period for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import TO_THE_FEN, Rounding
from ..book import Book
from ..ordering import ordered
from ..ranking import months_of
from ..state import Change, Route, State
from ..stays import Stays

_DAYS_A_MONTH = 30
_MONTHS = {"month": 1, "year": 12}


@dataclass
class Package:
    """The first stay of a person's period takes it where `once` says so; without a person's id none can."""

    amount: Any
    by_month: bool
    once: str
    patient: Any
    rounding: Rounding = TO_THE_FEN
    undecided: int = 0

    @classmethod
    def of(cls, arguments: Mapping[str, Any], book: Book) -> Package:
        by_month = arguments["per"] == "month"
        return cls(arguments["amount"], by_month, arguments["once"], arguments["patient"], book.rounding())

    def apply(self, state: State, rows: Ints, facts: Any, name: str) -> Change | None:
        rows = rows[state.route[rows] == Route.SCHEME]
        self.undecided = 0
        if self.once != "stay":
            person = state.stays.labels("patient_id").codes[rows]
            self.undecided = int(((person < 0) | (months_of(state.stays)[rows] < 0)).sum())
            first = self._first(state.stays.whole, state.board.shown(name)[0])
            rows = rows[np.isin(state.stays.positions(rows), first)]
        yuan = self.amount.of(facts)[rows]
        if self.by_month:
            yuan = yuan * np.maximum(np.ceil(state.stays.number("los")[rows] / _DAYS_A_MONTH), 1)
        known = ~np.isnan(yuan)
        self.undecided += int((~known).sum())
        rows, yuan = rows[known], yuan[known]
        paid = self.rounding.yuan(yuan)
        marks: dict[str, Any] = {"route": Route.PACKAGE, "slides": 0.0}
        if self.patient is not None:
            due = self.rounding.fen(paid * np.nan_to_num(self.patient.of(facts)[rows]))
            marks["patient_due"] = np.minimum(due, state.cost[rows])
        return Change(rows, payment=paid, marks=marks)

    def offer(self, state: State, rows: Ints, facts: Any, name: str) -> None:
        """Show the stays to the other stretches of the period, of which one may hold the person's first."""
        state.board.show(name, state.stays, rows[state.route[rows] == Route.SCHEME])

    def _first(self, whole: Stays, rows: Ints) -> Ints:
        """Of each person and period the first of these stays by discharge; positions in the whole table."""
        person, months = whole.labels("patient_id").codes[rows].astype(np.int64), months_of(whole)[rows]
        known = (person >= 0) & (months >= 0)
        rows, person = rows[known], person[known]
        period = months[known] // _MONTHS[self.once]
        order = ordered(whole, rows, (whole.days("discharge_date")[rows], period, person))
        key = np.stack([person[order], period[order]])
        first = np.ones(len(order), np.bool_)
        first[1:] = (key[:, 1:] != key[:, :-1]).any(axis=0)
        return rows[order[first]]

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        yuan = state.payment[i] / 100
        if state.route[i] != Route.PACKAGE:
            return "本期已享受包干,按普通病例付费", "the period's package is used up: an ordinary stay"
        return f"包干 {yuan:,.2f} 元", f"package of {yuan:,.2f} yuan"
