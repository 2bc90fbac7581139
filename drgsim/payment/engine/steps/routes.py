"""Stays the policy prices outside the scheme, at their actual cost: uninsured, excluded, short, long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ....cases.arrays import Mask
from ....words import members
from ..book import Book
from ..profiles import OTHER_INSURANCE
from ..state import Change, Route, State
from .per_diem import PerDiem, diagnosed


@dataclass(frozen=True)
class Routes:
    """The first route that holds is taken: out-of-area care by item (as found before), no basic insurance,
    no case payment at all, an excluded group or diagnosis, at most `short_max` or at least `long_min`
    days."""

    name: ClassVar[str] = "routes"
    zh: ClassVar[str] = "病组付费之外的途径"
    en: ClassVar[str] = "routes outside the scheme"

    fee_for_service: bool = False
    groups: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    short_max: float | None = None
    long_min: float | None = None
    per_diem: PerDiem | None = None

    @classmethod
    def read(cls, book: Book) -> Routes:
        if book.method == "ffs":
            return cls(fee_for_service=True)
        short = book.word("routes.short_stay.method") == "by_item"
        long = book.word("routes.long_stay.method") == "by_item"
        return cls(
            groups=book.word("routes.excluded.groups"),
            diagnoses=book.word("routes.excluded.diagnoses"),
            short_max=book.word("routes.short_stay.max_days") if short else None,
            long_min=book.word("routes.long_stay.min_days") if long else None,
            per_diem=PerDiem.read(book) if long else None,
        )

    def __call__(self, state: State) -> Change | None:
        route = np.where(state.route == Route.OUT_OF_AREA, state.route, np.int8(Route.SCHEME))
        inside = state.route == Route.SCHEME
        for where, kind in self._routes(state):
            route[where & inside & (route == Route.SCHEME)] = kind
        rows = np.flatnonzero(route)
        if not len(rows):
            return None
        return Change(rows, payment=state.cost[rows], marks={"route": route[rows], "slides": 0.0})

    def _routes(self, state: State) -> Iterator[tuple[Mask, Route]]:
        uninsured = state.book.profiles.labels["insurance"] == OTHER_INSURANCE
        if uninsured.any():
            yield uninsured[state.profile], Route.NOT_INSURED
        if self.fee_for_service:
            yield np.ones(len(state), np.bool_), Route.FEE_FOR_SERVICE
        if self.groups:
            yield state.groups.listed(self.groups)[state.groups.of], Route.EXCLUDED
        if self.diagnoses:
            yield diagnosed(state, self.diagnoses), Route.EXCLUDED
        if self.short_max is not None:
            yield state.stays.number("los") <= self.short_max, Route.SHORT_STAY
        if self.long_min is not None:
            # a stay paid by the day is not long: its days are what is paid
            by_day = np.zeros(len(state), np.bool_) if self.per_diem is None else self.per_diem.takes(state)
            yield (state.stays.number("los") >= self.long_min) & ~by_day, Route.LONG_STAY

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if Route(state.route[i]) not in _OWN:
            return None
        zh, en = ROUTE_WORDS[Route(state.route[i])]
        yuan = state.cost[i] / 100
        return f"{zh},按实际费用 {yuan:,.2f} 元", f"{en}: actual cost {yuan:,.2f} yuan"


_OWN = (Route.NOT_INSURED, Route.FEE_FOR_SERVICE, Route.EXCLUDED, Route.SHORT_STAY, Route.LONG_STAY)
ROUTE_WORDS = members("route", Route)
