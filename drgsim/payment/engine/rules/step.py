"""A rule as a step of the street: which stays it takes, what its effect does, and a stay as it was then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ....cases.arrays import Ints, Mask
from ....cases.conditions import FactColumns
from ....policy.rules.order import following
from ....policy.rules.rule import Rule
from ..book import Book
from ..effects.coefficients import Blend, Increment
from ..effects.payers import Benefit, CapTotal, CarveOutRule
from ..effects.prices import AsGroup, Factor, Price
from ..effects.quotas import OutlierRule, ReviewRule
from ..effects.routes import ByItem, Package, PerDiemRule
from ..state import Change, Route, State, Step
from .state_facts import facts_of

_WITH_BOOK: dict[str, Any] = {
    "by_item": ByItem,
    "per_diem": PerDiemRule,
    "package": Package,
    "price": Price,
    "outlier": OutlierRule,
    "review": ReviewRule,
}
_PLAIN: dict[str, Any] = {
    "as_group": AsGroup,
    "increment": Increment,
    "blend": Blend,
    "carve_out": CarveOutRule,
    "benefit": Benefit,
    "cap_total": CapTotal,
}


def make(rule: Rule, book: Book) -> Any:
    """What applies the rule's effect: `apply(state, rows, facts)` and `tell(state, i)`."""
    if rule.kind.outside:
        return rule.kind.maker(dict(rule.arguments))
    if rule.effect in ("weight", "coefficient"):
        return Factor.of(rule.effect, rule.arguments)
    if rule.effect in _WITH_BOOK:
        return _WITH_BOOK[rule.effect].of(rule.arguments, book)
    return _PLAIN[rule.effect].of(rule.arguments)


PREFIX = "rule."
TOLD = ("weight", "coefficient", "standard")  # what later rules may still change
PRICED = ("standard", "route", "outlier", "payment", "review")  # stages that take what the scheme prices
OUTLIER_STEPS = ("low_outlier", "extreme_outlier", "high_outlier", "high_outlier_quota")


@dataclass
class RuleStep:
    """One rule on the street; for telling: `taken` the stays it took, `before` what their columns were."""

    rule: Rule
    effect: Any
    name: str = field(init=False)
    taken: Mask | None = field(init=False, default=None)
    elsewhere: Ints | None = field(init=False, default=None)  # of them, those another route had taken before
    before: dict[str, tuple[Ints | None, Any]] = field(init=False, default_factory=dict)
    _offered: tuple[Mask, Mask] | None = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        self.name = PREFIX + self.rule.id

    @classmethod
    def of(cls, rule: Rule, book: Book) -> RuleStep:
        return cls(rule, make(rule, book))

    @property
    def zh(self) -> str:
        return self.rule.label(True)

    @property
    def en(self) -> str:
        return self.rule.label(False)

    def offer(self, state: State) -> None:
        """Let an effect with a quota see the other stretches of its period first."""
        offer = getattr(self.effect, "offer", None)
        if offer is not None:
            facts = facts_of(state)
            holds, _ = self._offered = self.fires(state, facts)
            offer(state, np.flatnonzero(holds & (state.problem == 0)), facts, self.name)

    def __call__(self, state: State) -> Change | None:
        facts = facts_of(state)
        # nothing of the state moves between what is offered and what is asked
        holds, unknown = self._offered or self.fires(state, facts)
        self._offered = None
        state.undecided[self.rule.id] = int(np.count_nonzero(unknown & (state.problem == 0)))
        rows = np.flatnonzero(holds & (state.problem == 0))
        if not len(rows):
            self.taken = np.zeros(len(state), np.bool_)
            return None
        named = (self.name,) if hasattr(self.effect, "offer") else ()
        change: Change | None = self.effect.apply(state, rows, facts, *named)
        self.taken = holds
        if self.rule.stage in PRICED:
            self.elsewhere = rows[state.route[rows] != Route.SCHEME]
        if change is not None:
            for name in (name for name in TOLD if name in change.marks):
                column = getattr(state, name)
                self.before[name] = change.rows, column if change.rows is None else column[change.rows]
        lost = getattr(self.effect, "undecided", 0)
        state.undecided[self.rule.id] += lost
        return change

    def fires(self, state: State, facts: FactColumns) -> tuple[Mask, Mask]:
        """Where the condition holds on the stay's day, and where that cannot be said."""
        held = self.rule.when.evaluate(facts)
        if not self.rule.by or (self.rule.valid_from is None and self.rule.valid_to is None):
            return held.holds, held.unknown
        days = state.stays.days(f"{self.rule.by}_date")
        since, until = (
            np.nan if day is None else float((np.datetime64(day) - np.datetime64(0, "D")).astype(int))
            for day in (self.rule.valid_from, self.rule.valid_to)
        )
        inside = ~(days < since) & ~(days > until)
        dated = ~np.isnan(days)
        return held.holds & inside & dated, held.unknown & inside | (held.holds & ~dated)

    @property
    def instead_of(self) -> tuple[str, ...]:
        """The steps and rules that do not touch its stays: those it names, and those it must replace."""
        own = {"outlier": OUTLIER_STEPS, "review": ("special_review",)}.get(self.rule.effect, ())
        return (*self.rule.instead_of, *own)

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if self.taken is None or not self.taken[i]:
            return None
        if self.elsewhere is not None and i in self.elsewhere:
            zh, en = "已按其他途径付费,本规则未执行", "priced by another route before: the rule does nothing"
        else:
            zh, en = self.effect.tell(state, i) or (self.rule.kind.zh, self.rule.kind.en)
        mine = " (外部效果)" if self.rule.kind.outside else ""
        theirs = " (an effect from outside drgsim)" if self.rule.kind.outside else ""
        return (
            f"{self.rule.when.in_words('zh')} → {zh}{mine}",
            f"{self.rule.when.in_words('en')} → {en}{theirs}",
        )


def with_rules(steps: Iterable[Step], rules: Sequence[Rule], book: Book) -> list[Step | RuleStep]:
    """The fixed steps that are on, with the rules in their places; a rule of a step that is off keeps its."""
    placed = following(rules)
    on = {step.name: step for step in steps}
    result: list[Step | RuleStep] = []
    for name, own in placed.items():
        if name in on:
            result.append(on[name])
        result += [RuleStep.of(rule, book) for rule in own]
    return result


def shielded(step: Step, steps: Sequence[Step], state: State) -> Ints | None:
    """The stays that rules instead of this step keep from it; None for none."""
    found: Mask | None = None
    name = step.name.removeprefix(PREFIX)
    for other in steps:
        if isinstance(other, RuleStep) and name in other.instead_of:
            holds = other.taken if other.taken is not None else other.fires(state, facts_of(state))[0]
            found = holds if found is None else found | holds
    return None if found is None or not found.any() else np.flatnonzero(found)


def without_rows(change: Change, rows: Ints, n: int) -> Change | None:
    """A change that leaves some stays as they were."""
    own = np.arange(n) if change.rows is None else change.rows
    keep = ~np.isin(own, rows)
    if not keep.any():
        return None

    def kept(values: Any) -> Any:
        array = np.asarray(values)
        return array[keep] if array.ndim else values

    payment = None if change.payment is None else kept(change.payment)
    return Change(own[keep], payment, {name: kept(values) for name, values in change.marks.items()})


_NONE = np.zeros(0, np.int64)


class AsItWas:
    """A state of which one stay's payment, standard, weight and coefficient are those after a step."""

    def __init__(self, state: State, step: Step, later: Sequence[Step], i: int) -> None:
        self._state = state
        self._was: dict[str, Any] = {}
        for name in TOLD:
            for rule in (each for each in later if isinstance(each, RuleStep)):
                rows, values = rule.before.get(name, (_NONE, _NONE))
                found = _value(rows, values, i)
                if found is not None:
                    self._was[name] = _Column(getattr(state, name), i, found)
                    break
        if step.name in state.adjustments:
            names = list(state.adjustments)
            so_far = names[: names.index(step.name) + 1]
            paid = sum(int(state.adjustments[name][i]) for name in so_far)
            self._was["payment"] = _Column(state.payment, i, np.int64(paid))

    def __getattr__(self, name: str) -> Any:
        was = self.__dict__["_was"]
        return was[name] if name in was else getattr(self._state, name)

    def __len__(self) -> int:
        return len(self._state)


class _Column:
    """A column with another value in one row."""

    def __init__(self, column: Any, i: int, value: Any) -> None:
        self.column, self.i, self.value = column, i, value

    def __getitem__(self, rows: Any) -> Any:
        if np.ndim(rows) == 0:
            return self.value if rows == self.i else self.column[rows]
        found = np.array(self.column[rows])
        found[np.asarray(rows) == self.i] = self.value
        return found


def _value(rows: Any, values: Any, i: int) -> Any:
    if rows is None:
        return values[i]
    place = np.flatnonzero(np.asarray(rows) == i)
    return values[place[0]] if len(place) else None
