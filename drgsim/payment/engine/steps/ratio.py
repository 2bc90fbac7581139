"""How many times its basis a stay's cost is: the denominators there are, and how a ratio is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ....cases.arrays import Ints, Mask
from ....cases.fen import Fen, Floats, to_fen
from ....policy.parameters import catalogue
from ..book import Bands, Book
from ..problems import Unpaid
from ..state import Change, Route, State
from .price import weight_of_mean_case

FALLBACK = (
    "the table has no mean of the group at the stay's level, the area's is used",
    "缺同级例均费用,用全区域病组例均",
)


@dataclass(frozen=True)
class Basis:
    """One denominator. All are rounded to the fen, so that a cost exactly at a published multiple of its
    basis has exactly that ratio."""

    kind: str
    mean_cost: float = np.nan  # A, the area's mean cost
    mean_weight: float = 1.0  # weight of a case of mean cost
    price: float = np.nan

    @classmethod
    def read(cls, book: Book, kind: str) -> Basis:
        mean_cost, price = book.word("standard.mean_cost"), book.word("outlier.basis_price")
        return cls(
            kind,
            np.nan if mean_cost is None else mean_cost,
            weight_of_mean_case(book),
            np.nan if price is None else price,
        )

    def of(self, state: State, rows: Ints) -> Fen | Floats:
        """The basis in fen; 0 where something it needs is not known."""
        if self.kind == "standard":
            return state.standard[rows]
        return to_fen(np.nan_to_num(self._yuan(state, rows)))

    def _yuan(self, state: State, rows: Ints) -> Any:
        weight = state.weight[rows]
        if self.kind == "standard_before_coefficient":
            return weight * state.unit[rows]
        if self.kind == "mean_cost":
            return weight * (self.mean_cost / self.mean_weight)
        if self.kind == "mean_cost_adjusted":
            return weight * (self.mean_cost / self.mean_weight) * state.coefficient[rows]
        if self.kind == "price":
            return weight * state.coefficient[rows] * self.price
        by_level = self.kind == "group_level_mean"
        return level_means(state, rows)[0] if by_level else group_means(state, rows)

    def said(self, state: State, i: int) -> tuple[str, str]:
        """In words what the cost of stay `i` is compared with, and how much that is."""
        row = np.array([i])
        kind = self.kind
        if kind == "group_level_mean" and not level_means(state, row)[1][0]:
            kind = "group_mean"
        words = catalogue()["outlier.basis"].choices[kind]
        yuan = float(self.of(state, row)[0]) / 100
        zh, en = f"{words['zh']} {yuan:,.2f} 元", f"{words['en']}, {yuan:,.2f} yuan"
        if kind != self.kind:
            zh, en = f"{zh}({FALLBACK[1]})", f"{en} ({FALLBACK[0]})"
        return zh, en


def ratio(cost: Fen, basis: Fen | Floats) -> Floats:
    """cost / basis; NaN where there is no basis."""
    result = np.full(len(cost), np.nan)
    np.divide(cost, basis, out=result, where=basis > 0)
    return result


def group_means(state: State, rows: Ints) -> Floats:
    """Mean cost of each stay's group in yuan, NaN where the weight table has none."""
    means = state.groups.column("mean_cost")
    return np.full(len(rows), np.nan) if means is None else means[state.groups.of[rows]]


def level_means(state: State, rows: Ints) -> tuple[Floats, Mask]:
    """Mean cost of the group at hospitals of the stay's level (columns `mean_cost_<level>`), and where the
    table has one; elsewhere the mean is that of the whole area."""
    result = group_means(state, rows)
    known = np.zeros(len(rows), np.bool_)
    levels = state.book.profiles.labels["level"]
    for level in {name for name in levels if name is not None}:
        means = state.groups.column(f"mean_cost_{level}")
        if means is not None:
            own = np.flatnonzero((levels == level)[state.profile[rows]])
            here = means[state.groups.of[rows[own]]]
            own = own[~np.isnan(here)]
            result[own], known[own] = here[~np.isnan(here)], True
    return result, known


def beside(ratio: float, limit: float) -> tuple[str, str]:
    """Both as text; never equal where they are not.

    >>> beside(0.499996, 0.5), beside(2.0, 2.0), beside(3.14159, 3)
    (('0.499996', '0.5'), ('2', '2'), ('3.142', '3'))
    """
    for digits in range(4, 18):
        told = f"{ratio:.{digits}g}"
        if float(told) != limit or ratio == limit:
            return told, f"{limit:g}"
    return repr(ratio), repr(limit)


def exact_enough(ratio: float) -> str:
    """A ratio with four digits, or as many as it takes not to look like a rounder number than it is.

    >>> exact_enough(0.49999996), exact_enough(0.5), exact_enough(3.14159)
    ('0.49999996', '0.5', '3.142')
    """
    for digits in range(4, 18):
        told = f"{ratio:.{digits}g}"
        shortened = len(told.replace(".", "").lstrip("0")) < digits  # ends in zeros that are not told
        if float(told) == ratio or not shortened:
            return told
    return repr(ratio)


@dataclass(frozen=True)
class OutlierRatio:
    """r = cost / basis of every stay in the scheme: what the outlier rules look at."""

    name: ClassVar[str] = "outlier_ratio"
    zh: ClassVar[str] = "费用倍率"
    en: ClassVar[str] = "cost ratio"

    basis: Basis

    @classmethod
    def read(cls, book: Book) -> OutlierRatio:
        return cls(Basis.read(book, book.word("outlier.basis")))

    def __call__(self, state: State) -> Change:
        rows = state.in_scheme()
        if self.basis.kind == "group_level_mean":
            means, of_level = level_means(state, rows)
            state.note(" ".join(FALLBACK), int(np.count_nonzero(~of_level & ~np.isnan(means))))
        if len(rows) == len(state):
            return Change(None, marks={"ratio": ratio(state.cost, self.basis.of(state, rows))})
        return Change(rows, marks={"ratio": ratio(state.cost[rows], self.basis.of(state, rows))})

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if state.route[i] != Route.SCHEME or np.isnan(state.ratio[i]):
            return None
        told, (zh, en) = exact_enough(float(state.ratio[i])), self.basis.said(state, i)
        return f"费用倍率 {told},分母为{zh}", f"cost is {told} times its basis: {en}"


def limits(
    bands: Bands, state: State, near: Ints, *, above: bool, whichever: bool = True
) -> tuple[Floats, Mask]:
    """(rows,) the limit of each of some stays, NaN for none, and whether nobody knows which is theirs. A
    ratio beyond every limit there is (`above` or below) is beyond one's own, where it may be `whichever`."""
    r, profile = state.ratio[near], state.profile[near]
    limit = np.array(np.broadcast_to(bands.at(profile, state.weight[near]), len(near)))
    if bands.unstated is None:
        return limit, np.zeros(len(near), np.bool_)
    lost = np.isnan(limit) & bands.unstated[profile]
    if whichever and bands.for_all:
        least, most = bands.span
        sure = lost & (r > most if above else r < least)
        limit[sure] = most if above else least
        lost &= ~sure
    return limit, lost


def without_limit(change: Change | None, lost: Ints) -> Change | None:
    """A change by a limit, and beside it the stays whose limit nobody knows: whether they are outliers, and
    so what they are paid, cannot be said."""
    if not len(lost):
        return change
    own = change or Change(lost[:0], np.zeros(0, np.int64))
    assert own.rows is not None
    assert own.payment is not None
    count = len(own.rows)
    marks = {
        name: np.concatenate([np.broadcast_to(np.asarray(values), count), np.zeros(len(lost))])
        for name, values in own.marks.items()
    }
    for name, (kept, value) in {
        "route": (Route.SCHEME, Route.NOT_PAYABLE),
        "problem": (Unpaid.NONE, Unpaid.NO_LIMIT),
    }.items():
        marks[name] = np.repeat(np.array([kept, value], np.int8), [count, len(lost)])
    paid = np.concatenate([own.payment, np.zeros(len(lost), np.int64)])
    return Change(np.concatenate([own.rows, lost]), payment=paid, marks=marks)
