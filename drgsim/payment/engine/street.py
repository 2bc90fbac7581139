"""The street: the order of the rules, and one walk down it."""

from __future__ import annotations

from .book import Book
from .problems import find_problems
from .state import State, Step
from .stays import Stays
from .steps.carve_out import CarveOut
from .steps.coefficient import Coefficient
from .steps.extreme_outlier import ExtremeOutlier
from .steps.high_outlier import HighOutlier
from .steps.high_quota import HighQuota
from .steps.incomplete import Incomplete
from .steps.low_outlier import LowOutlier
from .steps.new_technology import NewTechnology
from .steps.out_of_area import OutOfArea
from .steps.outlier_ratio import OutlierRatio
from .steps.per_diem import PerDiem
from .steps.primary_care import PrimaryCare
from .steps.readmission import Readmission
from .steps.routes import Routes
from .steps.special_review import SpecialReview
from .steps.standard import Standard
from .steps.tcm import TcmSupport
from .steps.unit_price import UnitPrice
from .steps.unpriced import Unpriced
from .steps.weight import Weight

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


def walk(stays: Stays, book: Book) -> tuple[State, tuple[Step, ...]]:
    """Price the stays under one policy: the state at the end, and the rules that were on."""
    problem = find_problems(stays, book.profiles)
    state = State(stays, book, stays.money("total_cost").fen, problem)
    street = FEE_FOR_SERVICE if book.method == "ffs" else STREET
    kinds = [kind for kind in street if kind.name not in book.options.without]
    read = [kind.read(book.chapter(kind.name)) for kind in kinds]
    steps = tuple(step for step in read if step is not None)
    for step in steps:
        change = step(state)
        if change is not None:
            state.apply(step.name, change)
    return state, steps
