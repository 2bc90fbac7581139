"""A stay on its way down the street: what the steps so far have found, as columns.

Steps never change the state. Each returns a `Change`; the street applies it and books the difference in
payment under the step's name, so that standard and adjustments always sum to the payment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt

from ...cases.arrays import Codes, Ints, Mask, same
from ...cases.fen import Fen, Floats
from .book import Book
from .profiles import Groups
from .ranking import Board
from .stays import Stays

if TYPE_CHECKING:
    from ...cases.conditions import FactColumns

Marks = npt.NDArray[np.int8]
_INT32 = (1 << 31) - 1


class Route(IntEnum):
    """How a stay is priced: inside the scheme, or why outside it."""

    SCHEME = 0
    UNGROUPED = 1
    NO_WEIGHT = 2
    EXCLUDED = 3
    PER_DIEM = 4
    SHORT_STAY = 5
    LONG_STAY = 6
    OUT_OF_AREA = 7
    NOT_INSURED = 8
    FEE_FOR_SERVICE = 9
    ZERO_SCORE = 10
    BLANK_GROUP = 11
    NOT_PAYABLE = 12
    BY_ITEM = 13  # by a rule of the policy
    PACKAGE = 14


_SCHEME, _NOT_PAYABLE = np.int8(Route.SCHEME), np.int8(Route.NOT_PAYABLE)


class Outlier(IntEnum):
    """Where a stay's cost lies against its standard."""

    NONE = 0
    LOW = 1
    HIGH = 2
    HIGH_OVER_QUOTA = 3  # high, but its hospital's share of high outliers is used up
    EXTREME = 4


class Review(IntEnum):
    """How far a stay got in special-case review."""

    NONE = 0
    ELIGIBLE = 1  # not filed
    OVER_QUOTA = 2  # filed, but the quota was used up by cases that rank before it
    REFUSED = 3
    ACCEPTED = 4


@dataclass
class State:
    """Columns of n stays. Money in fen (int64), weights and ratios float64."""

    stays: Stays
    book: Book
    cost: Fen  # cost of what the case payment covers
    problem: Marks  # why a stay cannot be paid (`Unpaid`), 0 where it can
    payment: Fen = field(init=False)
    standard: Fen = field(init=False)
    route: Marks = field(init=False)
    outlier: Marks = field(init=False)
    review: Marks = field(init=False)
    weight: Floats = field(init=False)
    coefficient: Floats = field(init=False)
    unit: Floats = field(init=False)  # yuan for one unit of weight (or one score)
    ratio: Floats = field(init=False)  # cost over the outlier basis, NaN where none was asked for
    slides: Floats = field(init=False)  # part of the payment that moves with the point value
    carved_out: Fen = field(init=False)
    carved_fund: Fen = field(init=False)  # of it, what the fund pays alone, and commercial insurance
    carved_commercial: Fen = field(init=False)
    patient_due: Fen = field(init=False)  # what a rule has the patient bear in place of the bill, -1 for none
    benefits: dict[str, Floats] = field(
        init=False, default_factory=dict
    )  # what rules say of the bill, NaN none
    notes: dict[str, int] = field(init=False, default_factory=dict)  # what was used for want of a value
    undecided: dict[str, int] = field(init=False, default_factory=dict)  # by rule: stays it could not decide
    group_cases: Floats | None = field(init=False, default=None)  # of each group, over the whole period
    facts: FactColumns | None = field(init=False, default=None, repr=False)  # made when a rule asks
    board: Board = field(default_factory=Board)  # what quotas count, over every stretch of the period
    # by step, fen; 32 bits where all changes fit, for most steps touch few stays
    adjustments: dict[str, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.cost)
        self.payment = np.zeros(n, np.int64)
        self.standard = same(0, n)
        for name in ("carved_out", "carved_fund", "carved_commercial"):
            setattr(self, name, same(0, n))
        self.patient_due = same(-1, n)
        self.slides = same(1.0, n, np.float64)
        self.route = np.where(self.problem == 0, _SCHEME, _NOT_PAYABLE)
        self.outlier, self.review = np.zeros(n, np.int8), np.zeros(n, np.int8)
        for name in ("weight", "coefficient", "unit", "ratio"):
            setattr(self, name, same(np.nan, n, np.float64))

    def __len__(self) -> int:
        return len(self.cost)

    @property
    def profile(self) -> Codes:
        return self.book.profiles.of

    @property
    def groups(self) -> Groups:
        return self.book.groups

    def forget(self) -> None:
        """Drop what only the walk needed."""
        self.facts = None

    def note(self, text: str, stays: int) -> None:
        """Tell that so many stays were treated by something else than the policy says."""
        if stays:
            self.notes[text] = self.notes.get(text, 0) + stays

    def in_scheme(self, mask: Mask | None = None) -> Ints:
        """Positions priced inside the scheme, among those where `mask` holds."""
        inside = self.route == _SCHEME
        return (inside if mask is None else inside & mask).nonzero()[0]

    def changed(self, step: str, i: int) -> bool:
        """Whether a step changed the payment of stay `i`."""
        return step in self.adjustments and self.adjustments[step][i] != 0

    def apply(self, name: str, change: Change) -> None:
        """Take over what a step found."""
        for column, values in change.marks.items():
            self._set(column, change.rows, values)
        if change.payment is not None:
            self._book(name, change.rows, change.payment)

    def _book(self, name: str, rows: Ints | None, payment: Fen) -> None:
        if rows is None:
            self.adjustments[name] = _narrow(payment - self.payment)
            self.payment = payment.copy()  # later steps write into it
            return
        changed = payment - self.payment[rows]
        kept = self.adjustments.get(name)
        if kept is None:
            kept = np.zeros(len(self), np.int32)
        else:
            changed = changed + kept[rows]
        if kept.dtype != np.int64 and not _fits(changed):
            kept = kept.astype(np.int64)
        kept[rows] = changed
        self.adjustments[name] = kept
        self.payment[rows] = payment

    def _set(self, column: str, rows: Ints | None, values: Any) -> None:
        kept = getattr(self, column)
        if rows is None:
            values = np.asarray(values, dtype=kept.dtype)
            whole = values.view() if values.shape == kept.shape else np.broadcast_to(values, kept.shape)
            whole.flags.writeable = False  # it is the step's own
            setattr(self, column, whole)
            return
        if not kept.flags.writeable:
            kept = kept.copy()
            setattr(self, column, kept)
        kept[rows] = values


def _fits(fen: Fen) -> bool:
    """Whether amounts fit into 32 bits: changes below 21 million yuan, nearly all of them."""
    return max(int(fen.max(initial=0)), -int(fen.min(initial=0))) <= _INT32


def _narrow(fen: Fen) -> npt.NDArray[np.signedinteger[Any]]:
    return fen.astype(np.int32) if _fits(fen) else fen


@dataclass(frozen=True)
class Change:
    """What a step found: at `rows` (None = all), the new `payment` (fen) and new values of columns."""

    rows: Ints | None
    payment: Fen | None = None
    marks: Mapping[str, Any] = field(default_factory=dict)


class Step(Protocol):
    """One rule of the street. `read` takes from the policy what the rule needs, None when it is off."""

    name: ClassVar[str]
    zh: ClassVar[str]
    en: ClassVar[str]

    @classmethod
    def read(cls, book: Book) -> Self | None: ...

    def __call__(self, state: State) -> Change | None: ...

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        """What the rule did to stay `i`, in Chinese and English; None when it did nothing."""
        ...
