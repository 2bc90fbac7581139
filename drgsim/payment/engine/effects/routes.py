"""Effects that take a stay out of the case payment: `by_item`, `per_diem` and `package`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....cases.arrays import Ints
from ....cases.fen import TO_THE_FEN, Floats, Rounding
from ..book import Book
from ..problems import Unpaid
from ..ranking import months_of, ordered
from ..state import Change, Route, State
from ..stays import Stays
from ..steps.price import units_per_weight


@dataclass
class ByItem:
    """Cost × share."""

    share: Any
    rounding: Rounding = TO_THE_FEN
    undecided: int = 0

    @classmethod
    def of(cls, arguments: Mapping[str, Any], book: Book) -> ByItem:
        return cls(arguments["share"], book.rounding())

    def apply(self, state: State, rows: Ints, facts: Any) -> Change | None:
        rows = rows[state.route[rows] == Route.SCHEME]
        share = self.share.of(facts)[rows]
        known = ~np.isnan(share)
        self.undecided = int((~known).sum())
        rows, share = rows[known], share[known]
        paid = self.rounding.fen(state.cost[rows] * share)
        return Change(rows, payment=paid, marks={"route": Route.BY_ITEM, "slides": 0.0})

    def tell(self, state: State, i: int) -> tuple[str, str]:
        yuan = state.payment[i] / 100
        return f"按项目付费 {yuan:,.2f} 元", f"paid by item: {yuan:,.2f} yuan"


Phases = tuple[tuple[float, float], ...]


@dataclass
class PerDiemRule:
    """Σ over phases of (days × factor) × rate (× point value); at most the cost with `ceiling`."""

    rate: Any
    points: bool
    phases: Phases | None
    ceiling: bool
    most_days: float | None
    patient: Any
    fund_phases: Phases | None
    points_per_weight: float = 1.0
    rounding: Rounding = TO_THE_FEN
    undecided: int = 0

    @classmethod
    def of(cls, arguments: Mapping[str, Any], book: Book) -> PerDiemRule:
        names = ("phases", "ceiling", "most_days", "patient", "fund_phases")
        return cls(
            arguments["rate"],
            arguments["in"] == "points",
            **{name: arguments[name] for name in names},
            points_per_weight=units_per_weight(book),
            rounding=book.rounding(),
        )

    def apply(self, state: State, rows: Ints, facts: Any) -> Change | None:
        rows = rows[state.route[rows] == Route.SCHEME]
        days = state.stays.number("los")[rows]
        if self.most_days is not None:
            days = np.minimum(days, self.most_days)
        price = state.unit[rows] / self.points_per_weight if self.points else 1.0
        rate = self.rate.of(facts)[rows] * price
        yuan = rate * weighted_days(days, self.phases)
        paid = self.rounding.yuan(np.nan_to_num(yuan))
        slides = np.full(len(rows), float(self.points))
        if self.ceiling:
            slides = np.where(paid > state.cost[rows], 0.0, slides)  # the actual cost is money
            paid = np.minimum(paid, state.cost[rows])
        failed = np.isnan(yuan)
        problem = np.where(np.isnan(days), Unpaid.NO_DAYS, Unpaid.NO_PER_DIEM)
        marks: dict[str, Any] = {
            "route": np.where(failed, Route.NOT_PAYABLE, Route.PER_DIEM),
            "problem": np.where(failed, problem, Unpaid.NONE),
            "slides": slides,
        }
        due = self._patient_due(rows, days, paid, rate, facts)
        if due is not None:
            marks["patient_due"] = np.where(failed, -1, np.minimum(due, state.cost[rows]))
        return Change(rows, payment=paid, marks=marks)

    def _patient_due(self, rows: Ints, days: Floats, paid: Any, rate: Floats, facts: Any) -> Any:
        """What the patient bears of the payment, fen; None where the ordinary bill says it."""
        if self.fund_phases is not None:
            both = _product(self.phases, self.fund_phases)
            fund = self.rounding.yuan(np.nan_to_num(rate * weighted_days(days, both)))
            return np.maximum(paid - fund, 0)
        if self.patient is not None:
            return self.rounding.fen(paid * np.nan_to_num(self.patient.of(facts)[rows]))
        return None

    def tell(self, state: State, i: int) -> tuple[str, str]:
        days, yuan = state.stays.number("los")[i], state.payment[i] / 100
        return f"床日付费 {days:g} 天,共 {yuan:,.2f} 元", f"{days:g} days per diem: {yuan:,.2f} yuan"


def weighted_days(days: Floats, phases: Phases | None) -> Floats:
    """Days times the factor of the phase each falls in.

    >>> weighted_days(np.array([20.0, 70.0]), ((30, 1.0), (60, 0.5), (np.inf, 0.0)))
    array([20., 45.])
    """
    if phases is None:
        return days
    total, lower = np.zeros(len(days)), 0.0
    for upper, factor in phases:
        total = total + factor * (np.clip(days, lower, upper) - lower)
        lower = upper
    return total


def _product(first: Phases | None, second: Phases) -> Phases:
    """Phases whose factors are those of both multiplied."""
    if first is None:
        return second
    edges = sorted({upper for phases in (first, second) for upper, _ in phases})
    at = lambda phases, edge: next(factor for upper, factor in phases if edge <= upper)  # noqa: E731
    return tuple((edge, at(first, edge) * at(second, edge)) for edge in edges)


_MONTHS = {"month": 1, "year": 12}


@dataclass
class Package:
    """The first stay of a person's period takes it where `once` says so; without a person's id none can."""

    amount: Any
    by_month: bool
    days: float  # that count as a month
    once: str
    patient: Any
    rounding: Rounding = TO_THE_FEN
    undecided: int = 0

    @classmethod
    def of(cls, arguments: Mapping[str, Any], book: Book) -> Package:
        by_month = arguments["per"] == "month"
        names = ("days", "once", "patient")
        rest = {name: arguments[name] for name in names}
        return cls(arguments["amount"], by_month, **rest, rounding=book.rounding())

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
            yuan = yuan * np.maximum(np.ceil(state.stays.number("los")[rows] / self.days), 1)
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
        known = state.stays.labels("patient_id").codes[i] >= 0 and months_of(state.stays)[i] >= 0
        if self.once != "stay" and not known:
            return (
                "缺参保人或出院日期,无法判断本期是否首次,未执行",
                "person or day of discharge not stated: not taken",
            )
        if state.route[i] != Route.PACKAGE:
            return "本期已享受包干,按普通病例付费", "the period's package is used up: an ordinary stay"
        return f"包干 {yuan:,.2f} 元", f"package of {yuan:,.2f} yuan"
