"""Stays priced outside the scheme: at their cost (uninsured, excluded, short, long), or by the day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from ....cases.arrays import Mask
from ....cases.fen import Floats
from ....words import members
from ..book import Book, Value, spread
from ..effects.routes import PerDiemRule
from ..profiles import OTHER_INSURANCE
from ..state import Change, Route, State
from .price import units_per_weight

LONG_STAY = "long_stay"  # the category of stays that are per diem for their length


@dataclass(frozen=True)
class Category:
    """Which stays belong to it, and its daily rate, ceiling or points by profile."""

    name: str
    rate: Value
    diagnoses: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    min_days: float = 0.0


@dataclass(frozen=True)
class PerDiem:
    """A stay belongs to the first category that takes it, and is paid its rate by the effect of the menu:
    `rate` pays rate × days, `ceiling` the lower of that and the actual cost, `points` points × days × point
    value (payment rules §2.3, §3.3)."""

    name: ClassVar[str] = "per_diem"
    zh: ClassVar[str] = "床日付费"
    en: ClassVar[str] = "per diem"

    categories: tuple[Category, ...]
    effect: PerDiemRule

    @classmethod
    def read(cls, book: Book) -> PerDiem | None:
        method = book.word("routes.per_diem.method")
        long = book.word("routes.long_stay.method") == "per_diem"
        if method == "none" and not long:
            return None
        categories = tuple(_categories(book)) if method != "none" else ()
        if long:
            days = book.word("routes.long_stay.min_days")
            categories += (Category(LONG_STAY, book.value(_RATE, category=LONG_STAY), min_days=days),)
        effect = PerDiemRule(
            None,
            method == "points",
            phases=None,
            ceiling=method == "ceiling",
            most_days=None,
            patient=None,
            fund_phases=None,
            points_per_weight=units_per_weight(book),
        )
        return cls(categories, effect)

    def takes(self, state: State) -> Mask:
        """Which stays belong to a category."""
        found = np.zeros(len(state), np.bool_)
        for category in self.categories:
            found |= _members(state, category)
        return found

    def __call__(self, state: State) -> Change | None:
        place = np.full(len(state), -1, np.int8)
        daily = np.full(len(state), np.nan)
        for number, category in enumerate(self.categories):
            own = np.flatnonzero(_members(state, category) & (place < 0))
            place[own] = number
            daily[own] = spread(category.rate, state.profile[own])
        rows = state.in_scheme(place >= 0)
        if not len(rows):
            return None
        return replace(self.effect, rate=_Daily(daily)).apply(state, rows, None)

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        return self.effect.tell(state, i) if state.route[i] == Route.PER_DIEM else None


@dataclass(frozen=True)
class _Daily:
    """The rate of each stay's category, as the effect asks an amount."""

    rates: Floats

    def of(self, facts: Any) -> Floats:
        return self.rates


_RATE = "routes.per_diem.rate"


def _categories(book: Book) -> Iterator[Category]:
    diagnoses, departments = (
        _by_category(book.word(f"routes.per_diem.{kind}")) for kind in ("diagnoses", "departments")
    )
    least = float(book.word("routes.per_diem.min_days"))
    for name in dict.fromkeys([*diagnoses, *departments]):
        rate = book.value(_RATE, category=name)
        yield Category(name, rate, diagnoses.get(name, ()), departments.get(name, ()), least)


def _by_category(value: Any) -> Mapping[str, tuple[str, ...]]:
    """Codes by category; a list for all stays is the category `other`."""
    if isinstance(value, Mapping):
        return value
    return {"other": value} if value else {}


def _members(state: State, category: Category) -> Mask:
    taken = np.zeros(len(state), np.bool_)
    if category.diagnoses:
        taken |= diagnosed(state, category.diagnoses)
    if category.departments:
        department = state.stays.labels("department")
        listed = [name in category.departments for name in department.names]
        taken |= np.array([*listed, False], np.bool_)[department.codes]
    if category.name == LONG_STAY and not (category.diagnoses or category.departments):
        taken[:] = True
    days = state.stays.number("los")
    return taken & (np.isnan(days) | (days >= category.min_days))


def diagnosed(state: State, codes: tuple[str, ...]) -> Mask:
    """Which stays have a principal diagnosis that begins with one of `codes`."""
    principal = state.stays.principal_diagnoses()
    return np.array([*(name.startswith(codes) for name in principal.names), False], np.bool_)[principal.codes]


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
