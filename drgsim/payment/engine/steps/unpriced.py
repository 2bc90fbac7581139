"""Stays the scheme cannot price: no group, no weight, a score of zero, the blank type, no price."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ....cases.arrays import Ints, Mask
from ....cases.fen import Fen, to_fen
from ..book import Book
from ..problems import Unpaid
from ..state import Change, Route, State
from ..stays import Stays
from .price import weight_of_mean_case
from .routes import ROUTE_WORDS

BY_ITEM, MEAN_COST, NOTHING, NOT_PAYABLE = "by_item", "mean_cost", "nothing", "not_payable"
GROUPED = "grouped"  # the status of DRG and DIP groupers alike; any other says why there is no group


@dataclass(frozen=True)
class Unpriced:
    """By item pays the actual cost F; `mean_cost` pays F / A at the price of one mean case (times
    `blank_factor` for the blank DIP type), A being the area's mean cost; `nothing` pays nothing.

    What is left in the scheme without a price or coefficient is not payable (payment rules §3.3).
    """

    name: ClassVar[str] = "unpriced"
    zh: ClassVar[str] = "无法按病组定价的病例"
    en: ClassVar[str] = "stays the scheme cannot price"

    ungrouped: str = BY_ITEM
    unweighted: str = NOT_PAYABLE
    zero_score: str = BY_ITEM
    blank_factor: float | None = None
    ungrouped_factor: float = 1.0
    mean_cost: float | None = None
    mean_weight: float = 1.0  # weight of a case of mean cost

    @classmethod
    def read(cls, book: Book) -> Unpriced:
        dip = book.method == "dip"
        return cls(
            ungrouped=book.word("routes.ungrouped.method"),
            unweighted=book.word("routes.unweighted.method"),
            zero_score=book.word("dip.zero_score") if dip else BY_ITEM,
            blank_factor=book.word("dip.blank_factor") if dip else None,
            ungrouped_factor=book.word("routes.ungrouped.factor"),
            mean_cost=book.word("standard.mean_cost"),
            mean_weight=weight_of_mean_case(book),
        )

    def __call__(self, state: State) -> Change | None:
        price = state.weight * state.unit * state.coefficient
        rows = state.in_scheme(np.isnan(price) | (state.weight == 0) | self._special(state))
        if not len(rows):
            return None
        route = np.full(len(rows), Route.NOT_PAYABLE, np.int8)
        problem = np.where(
            np.isnan(state.unit[rows]), np.int8(Unpaid.NO_PRICE), np.int8(Unpaid.NO_COEFFICIENT)
        )
        paid = np.zeros(len(rows), np.int64)
        slides = np.zeros(len(rows))
        settled = np.zeros(len(rows), np.bool_)
        for where, kind, method in self._kinds(state, rows):
            own = where & ~settled
            settled |= own
            if method == NOT_PAYABLE:
                problem[own] = Unpaid.NO_WEIGHT
                continue
            route[own] = kind
            slides[own] = 1.0 if method == MEAN_COST else 0.0  # points slide, what is paid by item does not
            paid[own], problem[own] = self._paid(state, rows[own], kind, method)
        route[problem != Unpaid.NONE] = Route.NOT_PAYABLE
        marks = {"route": route, "problem": problem, "slides": slides}
        return Change(rows, payment=paid, marks=marks)

    def _special(self, state: State) -> Mask:
        """Stays without a group, or of the blank type, whatever their weight."""
        special = state.stays.fact("without_group", _without_group)
        return special if self.blank_factor is None else special | _blank(state.stays)

    def _kinds(self, state: State, rows: Ints) -> Iterator[tuple[Mask, Route, str]]:
        yield state.stays.fact("without_group", _without_group)[rows], Route.UNGROUPED, self.ungrouped
        if self.blank_factor is not None:
            yield _blank(state.stays)[rows], Route.BLANK_GROUP, MEAN_COST
        yield state.weight[rows] == 0, Route.ZERO_SCORE, self.zero_score
        yield np.isnan(state.weight[rows]), Route.NO_WEIGHT, self.unweighted

    def _paid(self, state: State, rows: Ints, kind: Route, method: str) -> tuple[Fen | int, Ints | int]:
        if method == NOTHING:
            return 0, Unpaid.NONE
        cost = state.cost[rows]
        if method == BY_ITEM:
            return cost, Unpaid.NONE
        if not self.mean_cost:
            return 0, Unpaid.NO_MEAN_COST
        factor = self.ungrouped_factor if kind == Route.UNGROUPED else 1.0
        if kind == Route.BLANK_GROUP and self.blank_factor is not None:
            factor = self.blank_factor
        yuan = cost / 100 / self.mean_cost * (self.mean_weight * factor) * state.unit[rows]
        return to_fen(np.nan_to_num(yuan)), np.where(np.isnan(yuan), Unpaid.NO_PRICE, Unpaid.NONE)

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if Route(state.route[i]) not in _OWN:
            return None
        zh, en = ROUTE_WORDS[Route(state.route[i])]
        yuan = state.payment[i] / 100
        return f"{zh},付 {yuan:,.2f} 元", f"{en}: {yuan:,.2f} yuan"


_OWN = (Route.UNGROUPED, Route.NO_WEIGHT, Route.ZERO_SCORE, Route.BLANK_GROUP)


def _without_group(stays: Stays) -> Mask:
    """Stays a grouper gave no group: by its `status`, or by an empty group where there is none."""
    status = stays.labels("status")
    if status.names:
        return np.array([*(name != GROUPED for name in status.names), True], np.bool_)[status.codes]
    group = stays.groups()
    none = [name in ("", "0000") or name.endswith("QY") for name in group.names]
    return np.array([*none, True], np.bool_)[group.codes]


def _blank(stays: Stays) -> Mask:
    kind = stays.labels("kind")
    return np.array([*(name == "blank" for name in kind.names), False], np.bool_)[kind.codes]
