"""Who may file for special-case review: criteria a policy sets, any one of which opens it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ....cases.arrays import Ints, Mask
from ..book import Book
from ..rules.aggregates import every_stretch
from ..state import State
from .basis import group_means


@dataclass(frozen=True)
class Criterion:
    """One criterion in words, and which of the asked stays meet it."""

    zh: str
    en: str
    met: Mask


@dataclass(frozen=True)
class Eligibility:
    """None switches a criterion off; all bounds are strict but the newborn's two multiples. A policy that
    sets no criterion lets every stay file (payment rules §4.1)."""

    cost_ratio: float | None = None
    days: float | None = None
    loss: float | None = None  # yuan
    icu_hours: float | None = None
    new_technology: bool = False
    group_cases: float | None = None
    newborn_weight: float | None = None  # g
    newborn_area_multiple: float = 0.0
    newborn_group_multiple: float = 0.0
    mean_cost: float | None = None

    @classmethod
    def read(cls, book: Book) -> Eligibility:
        names = (
            "cost_ratio", "days", "loss", "icu_hours", "new_technology", "group_cases",
            "newborn_weight", "newborn_area_multiple", "newborn_group_multiple",
        )  # fmt: skip
        values = {name: book.word(f"special_review.eligible.{name}") for name in names}
        return cls(**values, mean_cost=book.word("standard.mean_cost"))

    def met(self, state: State, rows: Ints) -> Mask:
        """Which of the stays may file."""
        criteria = list(self.criteria(state, rows))
        if not criteria:
            return np.ones(len(rows), np.bool_)
        return np.logical_or.reduce([criterion.met for criterion in criteria])

    def criteria(self, state: State, rows: Ints) -> Iterator[Criterion]:
        """The criteria that are on, in the order a reviewer reads them."""
        cost, standard, stays = state.cost[rows], state.standard[rows], state.stays
        if self.cost_ratio is not None:
            limit = self.cost_ratio
            yield Criterion(
                f"费用超过标准的 {limit:g} 倍", f"cost above {limit:g} × standard", cost > limit * standard
            )
        if self.days is not None:
            long = stays.number("los")[rows] > self.days
            yield Criterion(f"住院超过 {self.days:g} 天", f"stay longer than {self.days:g} days", long)
        if self.loss is not None:
            over = cost - standard > self.loss * 100
            yield Criterion(f"超标准 {self.loss:,.0f} 元以上", f"loss above {self.loss:,.0f} yuan", over)
        if self.icu_hours is not None:
            intensive = stays.number("icu_hours")[rows] > self.icu_hours
            yield Criterion(
                f"重症监护超过 {self.icu_hours:g} 小时",
                f"intensive care above {self.icu_hours:g} hours",
                intensive,
            )
        if self.new_technology:
            used = stays.money("new_technology_cost").fen[rows] > 0
            yield Criterion("使用新药新技术", "new drugs or technology used", used)
        if self.group_cases is not None:
            few = self._cases(state)[state.groups.of[rows]] < self.group_cases
            yield Criterion(
                f"病组不足 {self.group_cases:g} 例", f"group of fewer than {self.group_cases:g} cases", few
            )
        if self.newborn_weight is not None:
            yield Criterion(
                f"体重低于 {self.newborn_weight:g} 克的新生儿",
                f"newborn below {self.newborn_weight:g} g",
                self._newborn(state, rows),
            )

    def _cases(self, state: State) -> np.ndarray:
        """Cases of each group: as the weight table counted them, else as they occur here."""
        counted = state.groups.column("n")
        if counted is not None:
            return counted
        if state.group_cases is None:
            names, states = state.groups.names, every_stretch(state)[0]
            of = np.concatenate([each.groups.of for each in states if each.groups.names == names])
            here = np.bincount(of[of >= 0], minlength=len(names))
            state.group_cases = np.append(here.astype(np.float64), np.nan)
        return state.group_cases

    def _newborn(self, state: State, rows: Ints) -> Mask:
        weight = state.stays.number("birth_weight")[rows]
        age = state.stays.number("age")[rows]
        assert self.newborn_weight is not None
        small = (weight > 0) & (weight < self.newborn_weight) & (np.isnan(age) | (age == 0))
        cost = state.cost[rows] / 100
        if self.newborn_area_multiple > 0:
            area = np.nan if self.mean_cost is None else self.mean_cost
            small &= cost >= self.newborn_area_multiple * area
        if self.newborn_group_multiple > 0:
            small &= cost >= self.newborn_group_multiple * group_means(state, rows)
        return small
