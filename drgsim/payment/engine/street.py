"""The street: the order of the rules, and one walk down it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...cases.arrays import LARGEST
from ...policy.rules.rule import Rule
from .book import Book
from .problems import Unpaid, find_problems
from .ranking import Board
from .rules.step import PREFIX, shielded, with_rules, without_rows
from .state import Change, Route, State, Step
from .stays import Stays
from .steps.adjustments import Incomplete, Readmission, TcmSupport
from .steps.coefficient import Coefficient, OutOfArea, PrimaryCare
from .steps.high_outlier import HighOutlier, HighQuota
from .steps.low_outlier import ExtremeOutlier, LowOutlier
from .steps.new_technology import CarveOut, NewTechnology
from .steps.price import Standard, UnitPrice, Weight
from .steps.ratio import OutlierRatio
from .steps.routes import PerDiem, Routes
from .steps.special_review import SpecialReview
from .steps.unpriced import Unpriced

# Prices come before the standard, so that one-price groups and out-of-area care are compared with the
# standard they are really paid; the bill and the fund's share follow (bill.py, steps/fund_share.py).
STREET: tuple[type[Step], ...] = (
    CarveOut,
    Weight,
    UnitPrice,
    Coefficient,
    PrimaryCare,
    OutOfArea,
    Standard,
    Routes,
    PerDiem,
    Unpriced,
    OutlierRatio,
    LowOutlier,
    ExtremeOutlier,
    HighOutlier,
    HighQuota,
    Incomplete,
    Readmission,
    TcmSupport,
    NewTechnology,
    SpecialReview,
)


# all that is left where every stay is paid its cost
FEE_FOR_SERVICE: tuple[type[Step], ...] = (CarveOut, Routes)
STEP_NAMES = tuple(kind.name for kind in STREET)


# the stages of rules that mean something where every stay is paid its cost
_MOST = round(LARGEST * 100)  # fen
_EVERYWHERE = ("carve", "route", "benefit")

Path = tuple[State, tuple[Step, ...]]


def walk(stays: Stays, book: Book, rules: Sequence[Rule] = ()) -> Path:
    """Price the stays under one policy: the state at the end, and the steps that were on."""
    return walk_together([(stays, book, rules)])[0]


@np.errstate(over="ignore", invalid="ignore")  # such a stay is refused at the end
def walk_together(parts: Sequence[tuple[Stays, Book, Sequence[Rule]]]) -> list[Path]:
    """Price the stretches of days of one region's policy side by side.

    Every stretch has taken a step before any takes the next, so that a quota sees the whole of its period.
    """
    board = Board()
    paths = [_begun(stays, book, rules, board) for stays, book, rules in parts]
    for name in _order([steps for _, steps in paths]):
        here = [(state, steps, step) for state, steps in paths for step in steps if step.name == name]
        for state, _, step in here:
            offer = getattr(step, "offer", None)
            if offer is not None:
                offer(state)
        # what one stretch finds must not move what another counts: all look before any changes
        changes = [_change(state, steps, step) for state, steps, step in here]
        for (state, _, step), change in zip(here, changes, strict=True):
            if change is not None:
                state.apply(step.name, change)
    for state, _ in paths:
        _refuse_no_amount(state)
        state.forget()
    board.clear()
    return paths


def _refuse_no_amount(state: State) -> None:
    """A price below zero, or one beyond any amount of money, is no price: the stay is reported, not paid."""
    beyond = (state.payment > _MOST) | ((state.standard > _MOST) & (state.route != Route.NOT_PAYABLE))
    for wrong, problem in (beyond, Unpaid.PAYMENT_TOO_LARGE), (state.payment < 0, Unpaid.PAYMENT_BELOW_ZERO):
        rows = np.flatnonzero(wrong)
        if len(rows):
            marks = {"route": Route.NOT_PAYABLE, "problem": problem}
            state.apply(STREET[-1].name, Change(rows, payment=np.zeros(len(rows), np.int64), marks=marks))


def _begun(stays: Stays, book: Book, rules: Sequence[Rule], board: Board) -> Path:
    problem = find_problems(stays, book.profiles)
    state = State(stays, book, stays.money("total_cost").fen, problem, board=board)
    board.states.append(state)
    without = book.options.without
    street = FEE_FOR_SERVICE if book.method == "ffs" else STREET
    kinds = [kind for kind in street if kind.name not in without]
    fixed = book.once("street", lambda: _read(kinds, book))
    own = [rule for rule in rules if rule.id not in without and PREFIX + rule.id not in without]
    if book.method == "ffs":
        own = [rule for rule in own if rule.stage in _EVERYWHERE]
    steps: Any = with_rules([*fixed], own, book) if own else fixed
    return state, tuple(steps)


def _read(kinds: Sequence[type[Step]], book: Book) -> list[Step]:
    return [step for step in (kind.read(book.chapter(kind.name)) for kind in kinds) if step is not None]


def _order(streets: Sequence[Sequence[Step]]) -> list[str]:
    """The names of all steps in an order that is that of every street."""
    after: dict[str, list[str]] = {"": []}
    for street in streets:
        last = ""
        for step in street:
            if step.name in STEP_NAMES:
                last = step.name
                after.setdefault(last, [])
            elif step.name not in after.setdefault(last, []):
                after[last].append(step.name)
    return [*after[""], *(each for name in STEP_NAMES if name in after for each in (name, *after[name]))]


def _change(state: State, steps: Sequence[Step], step: Step) -> Change | None:
    """What one step finds, but for the stays a rule keeps from it."""
    change = step(state)
    kept = shielded(step, steps, state) if len(steps) and change is not None else None
    if change is not None and kept is not None:
        change = without_rows(change, kept, len(state))
    return change
