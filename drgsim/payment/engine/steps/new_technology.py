"""What leaves the case, and what is paid on top of the standard, for new drugs and technology."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ....cases.arrays import Ints, Mask
from ....cases.fen import TO_THE_FEN, Floats, Rounding, to_fen
from ....policy.rules.amounts import read_amount
from ....policy.rules.facts import rule_facts
from ..book import Bands, Book
from ..effects.payers import CarveOutRule
from ..rules.state_facts import facts_of
from ..state import Change, State
from .ratio import group_means


@dataclass(frozen=True)
class CarveOut:
    """The listed items' cost is taken off what the case payment covers; commercial insurance and the
    patient pay it (payment rules §4.2, "three exclusions")."""

    name: ClassVar[str] = "carve_out"
    zh: ClassVar[str] = "商保创新药目录除外"
    en: ClassVar[str] = "commercial-list drugs carved out"

    effect: CarveOutRule

    @classmethod
    def read(cls, book: Book) -> CarveOut | None:
        if not book.word("carve_out.commercial_list"):
            return None
        listed = read_amount("item_cost[commercial_list_cost]", rule_facts())
        return cls(CarveOutRule(listed, 0.0, book.word("carve_out.commercial_share")))

    def __call__(self, state: State) -> Change | None:
        rows = state.in_scheme(state.stays.money("commercial_list_cost").fen > 0)
        return self.effect.apply(state, rows, facts_of(state)) if len(rows) else None

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if not state.carved_out[i]:
            return None
        yuan = state.carved_out[i] / 100
        return (
            f"商保目录药品 {yuan:,.2f} 元不计入本例费用",
            f"{yuan:,.2f} yuan of listed drugs leave the case",
        )


@dataclass(frozen=True)
class NewTechnology:
    """Triggered when the case's cost exceeds `cost_multiple` × its group's mean cost and the new technology
    is more than `share` of it, both strict (payment rules §4.2); never without the means this needs.

    `above_mean`: standard + (new-technology cost − the group's mean cost of its category) × taper;
    `add_on`: payment + add-on share × new-technology cost × taper. `taper` is by year since listing (column
    `new_technology_year`, the first year where it is missing). A stay is never paid less for it.
    """

    name: ClassVar[str] = "new_technology"
    zh: ClassVar[str] = "新药新技术除外支付"
    en: ClassVar[str] = "new drugs and technology"

    method: Literal["above_mean", "add_on"]
    cost_multiple: float = 0.0
    share: float = 0.0
    category: str = "drug"  # of stays that do not say it (column new_technology_category)
    add_on_share: float = 0.0
    taper: Bands | None = None
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> NewTechnology | None:
        method = book.word("new_technology.method")
        if method == "none":
            return None
        return cls(
            method,
            book.word("new_technology.cost_multiple"),
            book.word("new_technology.share"),
            book.word("new_technology.category"),
            book.word("new_technology.add_on_share"),
            book.optional_bands("new_technology.taper", neutral=1),
            book.rounding(),
        )

    def __call__(self, state: State) -> Change | None:
        used = state.stays.money("new_technology_cost").fen
        rows = state.in_scheme(used > 0)
        rows = rows[self._triggered(state, rows)]
        if not len(rows):
            return None
        yuan = used[rows] / 100
        if self.method == "above_mean":
            base, extra = state.standard[rows] / 100, yuan - self._means(state, rows)
        else:
            base, extra = state.payment[rows] / 100, yuan * self.add_on_share
        paid = self.rounding.yuan(base + extra * self._taper(state, rows))
        after = np.maximum(paid, state.payment[rows])
        # the extra is money, no points: what moves is the standard or the payment it joins
        moving = state.payment[rows] * state.slides[rows]
        if self.method == "above_mean":
            moving = np.where(after > state.payment[rows], state.standard[rows], moving)
        part = np.divide(moving, after, out=np.zeros(len(rows)), where=after > 0)
        return Change(rows, payment=after, marks={"slides": part})

    def _triggered(self, state: State, rows: Ints) -> Mask:
        cost, used = state.cost[rows], state.stays.money("new_technology_cost").fen[rows]
        triggered = used / np.maximum(cost, 1) > self.share
        if self.cost_multiple > 0:
            means = to_fen(np.nan_to_num(group_means(state, rows)))
            triggered &= (means > 0) & (cost > means * self.cost_multiple)
        if self.method == "above_mean":
            triggered &= ~np.isnan(self._means(state, rows))
        return triggered

    def _means(self, state: State, rows: Ints) -> Floats:
        """The group's mean cost of the stay's category of new technology, in yuan."""
        stated = state.stays.labels("new_technology_category")
        category = np.array([*stated.names, self.category], dtype=object)[stated.codes[rows]]
        means = np.full(len(rows), np.nan)
        for name in set(category):
            column = state.groups.column(f"mean_{name}")
            if column is not None:
                own = category == name
                means[own] = column[state.groups.of[rows[own]]]
        return means

    def _taper(self, state: State, rows: Ints) -> Floats | float:
        if self.taper is None:
            return 1.0
        year = np.nan_to_num(state.stays.number("new_technology_year")[rows], nan=1.0)
        return self.taper.at(state.profile[rows], year)

    def tell(self, state: State, i: int) -> tuple[str, str] | None:
        if not state.changed(self.name, i):
            return None
        yuan = state.stays.money("new_technology_cost").fen[i] / 100
        return (
            f"新药新技术费用 {yuan:,.2f} 元,达到触发条件",
            f"{yuan:,.2f} yuan of new technology meet both triggers",
        )
