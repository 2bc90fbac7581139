"""The cases of a simulation and all that is paid on them: grouped once a scheme, read once, paid by need."""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...payment.engine.grouped import DIP as DIP_COLUMN
from ...payment.engine.grouped import DRG as DRG_COLUMN
from ...payment.engine.grouped import as_frame
from ...payment.engine.stays import Stays
from ...payment.pay import pay
from ...settlement import settle
from ...settlement.statistics import FLOW, Cells, Words, stay_cells, stay_keys, stay_measures
from ...transition.carried import carried_weights
from ..responses import apply_responses
from ..responses.habits import Habits, facing
from ..scenario.steps import REGROUPED, steps_of
from ..scenario_errors import SimulationError
from .case_table import AGE_BAND, age_bands, case_table
from .changed_hospitals import BEFORE, amounts_at, changed_columns
from .groupings import Groupings, is_dip, without_scores
from .outcome import Outcome
from .rules import Rules, rules_of
from .watched import Watched

if TYPE_CHECKING:
    from ...payment.faces.payments import Payments
    from ..scenario.scenario import Scenario

_KEPT = 3  # readings of changed cases kept at a time; each costs a few hundred bytes a case


class World:
    """The cases of one simulation.

    Parameters
    ----------
    cases : a table of cases; never changed.
    baseline : the scenario all others are compared with. What is learned (weights, a DIP catalogue) is
        learned from the cases as the baseline groups them; groups the cases already bear are taken for its.
    seed : keys every draw by case id.
    budgets : region, insurance, budget (yuan), or None: where a point value floats, each fund's budget is
        then what the baseline spends, before its reserve.
    """

    def __init__(
        self, cases: Any, baseline: Scenario, *, seed: int = 0, budgets: pd.DataFrame | None = None
    ) -> None:
        self.given_cases = as_frame(cases)
        self.cases = case_table(self.given_cases)
        self.baseline = baseline
        self.seed = seed
        self.given_budgets = budgets
        rules = self.rules(baseline)
        self.groupings = Groupings(
            self.cases, home=rules.scheme, given=_bears_groups(self.cases, rules.scheme)
        )
        self._changed: OrderedDict[Any, Stays] = OrderedDict()
        self._totals: dict[Any, Mapping[str, int]] = {}
        self._habits: dict[str, Habits] = {}

    @cached_property
    def year(self) -> int:
        """The year most cases were discharged in: the base year."""
        years, cases = np.unique(self.cases["discharge_date"].dropna().dt.year, return_counts=True)
        if not len(years):
            raise SimulationError("no case has a discharge date")
        return int(years[np.argmax(cases)])

    def rules(
        self, scenario: Scenario, steps: Iterable[str] | None = None, *, year: int | None = None
    ) -> Rules:
        """The rules of a scenario with these steps taken (None: all), in the base year or another."""
        names = {step.name for step in steps_of(scenario)}
        taken = names if steps is None else set(steps)
        day = scenario.on or datetime.date(self.year if year is None else year, 12, 31)
        return rules_of(scenario, frozenset(taken & names), day)

    def outcome(
        self,
        scenario: Scenario,
        steps: Iterable[str] | None = None,
        *,
        relative_cost: Mapping[str, float] | None = None,
        year: int | None = None,
    ) -> Outcome:
        """Pay and settle the cases with some of a scenario's steps taken.

        A step's name with `:regrouped` behind it takes the step half: the stays are in its groups, at the
        prices they were worth before. `relative_cost` multiplies every amount of money by insurance.
        """
        rules, payments = self._paid(scenario, steps, relative_cost, year)
        budgets = self.budgets if _floats(rules) else self.given_budgets
        return Outcome(rules, payments, settle(payments, rules.policies, budgets=budgets))

    def total(self, scenario: Scenario, steps: Iterable[str]) -> Mapping[str, int]:
        """The totals of an outcome (fen), kept, so that a path walked twice is paid once."""
        taken = frozenset(steps)
        half = tuple(sorted(step for step in taken if step.endswith(REGROUPED)))
        key = scenario.hash if half else "", half, self.rules(scenario, taken).key
        if key not in self._totals:
            self._totals[key] = self.outcome(scenario, taken).total
        return self._totals[key]

    def remember(self, outcome: Outcome) -> None:
        """Let `total` know an outcome that was computed already."""
        self._totals["", (), outcome.rules.key] = outcome.total

    def cells(
        self,
        scenario: Scenario,
        steps: Iterable[str] | None,
        relative_cost: Mapping[str, float],
        year: int,
    ) -> pd.DataFrame:
        """What funds and hospitals get before the clearing, int64 fen, by care region, insured region,
        insurance, hospital and age band, with the measures of `drgsim.settlement.statistics`."""
        _, payments = self._paid(scenario, steps, relative_cost, year)
        cells = payments.stays.fact("cells-flows-ages", lambda stays: _cells_by_age(stays, payments))
        return cells.sums(stay_measures(payments)).frame()

    @cached_property
    def budgets(self) -> pd.DataFrame:
        """region, insurance, budget (yuan): as given, or what the baseline spends before its reserve."""
        if self.given_budgets is not None:
            return self.given_budgets
        rules, payments = self._paid(self.baseline, (), None, None)
        return _spending_before_reserve(payments, rules)

    def stays(self, scheme: str) -> Stays:
        """The baseline's cases in the groups of a scheme."""
        return self.groupings.stays(scheme)

    def _paid(
        self,
        scenario: Scenario,
        steps: Iterable[str] | None,
        relative_cost: Mapping[str, float] | None,
        year: int | None,
    ) -> tuple[Rules, Payments]:
        taken = None if steps is None else set(steps)
        half = {step for step in taken or () if step.endswith(REGROUPED)}
        if not half:
            rules = self.rules(scenario, taken, year=year)
            stays = self._stays_under(rules, relative_cost)
            weights = self.groupings.weights(rules.weights, rules.scheme)
            return self._watched(rules, self._pay(rules, stays, weights))
        before = (taken or set()) - half
        lever = next(iter(half)).removesuffix(REGROUPED)
        rules, worth = self._paid(scenario, before, relative_cost, year)
        later = self.rules(scenario, before | {lever}, year=year)
        stays = self._stays_under(replace(rules, scheme=later.scheme), relative_cost, faced=rules)
        stays = without_scores(stays)
        return self._watched(rules, self._pay(rules, stays, carried_weights(worth, stays)))

    def _watched(self, rules: Rules, payments: Payments) -> tuple[Rules, Payments]:
        """What is left once supervision has taken back and kept away its part."""
        if not rules.supervision:
            return rules, payments
        policies = self.watched.assessed(rules.policies, rules.supervision)
        return replace(rules, policies=policies), self.watched.without(payments, rules.supervision)

    @cached_property
    def watched(self) -> Watched:
        """The audit of the baseline's stays before any lever."""
        rules, payments = self._paid(self.baseline, (), None, None)
        weights = self.groupings.weights(rules.weights, rules.scheme)
        return Watched(self.stays(rules.scheme), payments, rules.policies, weights)

    def _pay(self, rules: Rules, stays: Stays, weights: Any) -> Payments:
        year = rules.dated_year
        if year is None:
            return pay(stays, rules.policies, weights=weights, seed=self.seed)
        return pay(stays, rules.policies, weights=weights, seed=self.seed, dates="discharge", year=year)

    def _stays_under(
        self, rules: Rules, relative_cost: Mapping[str, float] | None, *, faced: Rules | None = None
    ) -> Stays:
        """The stays in the groups of the rules, after the responses to what the stays face."""
        relative = {name: factor for name, factor in (relative_cost or {}).items() if factor != 1}
        if not rules.responses and not relative and not rules.hospitals:
            return self.stays(rules.scheme)
        key = (
            rules.scheme,
            rules.hospitals,
            rules.response_key and (faced or rules).key,
            tuple(sorted(relative.items())),
        )
        return self._kept(key, lambda: self._changed_stays(rules, relative, faced or rules))

    def _changed_stays(self, rules: Rules, relative: Mapping[str, float], faced: Rules) -> Stays:
        if rules.responses:
            frame = self.groupings.group(self._responded(faced), rules.scheme)
            stays = Stays(frame, self.groupings.column(rules.scheme))
        else:
            stays = self.stays(rules.scheme)
            if rules.hospitals:
                stays = stays.replaced(changed_columns(self.cases, rules.hospitals))
        return stays.replaced(amounts_at(stays.frame, relative)) if relative else stays

    def _responded(self, rules: Rules) -> pd.DataFrame:
        """The baseline's cases after responses to what each stay faces under the mechanical rules."""
        plain = replace(rules, responses=(), supervision=())
        weights = self.groupings.weights(rules.weights, rules.scheme)
        paid = self._pay(plain, self._stays_under(plain, None), weights)
        self._refuse_given(rules)
        answered = apply_responses(
            facing(paid),
            rules.responses,
            seed=self.seed,
            scheme=rules.scheme or None,
            habits=self._habits_under(rules.scheme),
        )
        kept = {*self.cases.columns, *BEFORE.values()}
        return answered[[name for name in answered.columns if name in kept]]

    def _habits_under(self, scheme: str) -> Habits:
        """Where the baseline's patients go and what its hospitals code, learned once a scheme."""
        if scheme not in self._habits:
            self._habits[scheme] = Habits.learn(self.stays(scheme).frame, scheme=scheme)
        return self._habits[scheme]

    def _refuse_given(self, rules: Rules) -> None:
        """Groups that came with the cases cannot answer to a change of codes."""
        coded = [each.name for each in rules.responses if each.name == "coding_drift"]
        if coded and self.groupings.given == rules.scheme:
            raise SimulationError(
                "a response changes codes, and the cases come with their groups",
                got=coded,
                do=f"drop the column of groups, so that they are grouped by {rules.scheme!r}",
            )

    def _kept(self, key: Any, make: Callable[[], Stays]) -> Stays:
        if key not in self._changed:
            self._changed[key] = make()
            while len(self._changed) > _KEPT:
                self._changed.popitem(last=False)
        self._changed.move_to_end(key)
        return self._changed[key]


def _bears_groups(cases: pd.DataFrame, scheme: str) -> bool:
    return (DIP_COLUMN if is_dip(scheme) else DRG_COLUMN) in cases.columns


def _cells_by_age(stays: Stays, payments: Payments) -> Cells:
    for column in ("age", "age_days"):
        stays.number(column)  # what the bands are read from: a table with other ages has other cells
    codes, names = age_bands(stays.frame)
    return Cells(stay_keys(payments, FLOW) | {AGE_BAND: Words.of(codes, list(names))})


def _floats(rules: Rules) -> bool:
    return any(policy["settlement.point_value"] == "floating" for policy in rules.each)


def _spending_before_reserve(payments: Payments, rules: Rules) -> pd.DataFrame:
    """Each fund's budget such that, less its reserve, it is what the fund spends."""
    rows = stay_cells(payments, FLOW).sums(stay_measures(payments)).frame()
    home = rows.groupby(["insured_region", "insurance"])[["fund", "fund_care_region"]].sum()
    care = rows.groupby(["care_region", "insurance"])["fund_care_region"].sum()
    own = home["fund"] - home["fund_care_region"]
    names = ["region", "insurance"]
    spent = own.rename_axis(names).add(care.rename_axis(names), fill_value=0)
    table = spent.rename("budget").reset_index()
    table = table[table["insurance"].isin(["employee", "resident"])]
    policies = rules.policies
    reserve = [
        (policies.get(region, policies.get("other")) if isinstance(policies, Mapping) else policies)
        for region in table["region"]
    ]
    kept = np.array([0.0 if policy is None else policy["settlement.reserve"] for policy in reserve])
    table["budget"] = table["budget"].to_numpy(np.float64) / 100 / (1 - kept)
    return pd.DataFrame(table).reset_index(drop=True)
