"""Which step moved how much: bars that add up to the difference, to the fen.

Taken in order, each bar is what its step adds to those before it. Averaged over every order (Shapley), no
step gains or loses by its place; that needs every combination, so it is offered for a few steps only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING, Literal

import pandas as pd

from ..scenario.steps import REGROUPED, Step, steps_of
from ..scenario_errors import SimulationError

if TYPE_CHECKING:
    from ..scenario.scenario import Scenario


Method = Literal["ordered", "shapley"]
Total = Mapping[str, int]  # measure -> fen
MOST_STEPS = 6  # 64 combinations

Bar = tuple[str, str]  # (step, kind)


@dataclass(frozen=True)
class Bars:
    """`values` maps each bar, a step's name and its kind, to a whole number by measure; in order.

    Kinds: mechanical, behavioural, and for a step that changes groups regrouped (its stays in the new
    groups, worth what they were) and repriced (the rest).
    """

    method: Method
    start: Total
    values: Mapping[Bar, Total]
    end: Total

    def __post_init__(self) -> None:
        for measure in self.start:
            moved = sum(value[measure] for value in self.values.values())
            if self.start[measure] + moved != self.end[measure]:
                raise SimulationError("bars do not add up; please report it", where=f"measure {measure}")


def attribute(
    steps: Sequence[Step], total: Callable[[frozenset[str]], Total], method: Method = "ordered"
) -> Bars:
    """The bars from nothing taken to every step taken.

    Parameters
    ----------
    steps : in the order they are taken.
    total : totals with a set of steps taken; a name with `:regrouped` behind it is taken half.
    method : `"ordered"` or `"shapley"`.

    Raises
    ------
    SimulationError : more steps than can be averaged over.

    >>> from ..scenario.steps import Step
    >>> steps = [Step("a", {}, "mechanical"), Step("b", {}, "mechanical")]
    >>> worth = {"": 100, "a": 110, "b": 120, "ab": 150}
    >>> total = lambda taken: {"fund": worth["".join(sorted(taken))]}
    >>> [value["fund"] for value in attribute(steps, total).values.values()]
    [10, 40]
    >>> [value["fund"] for value in attribute(steps, total, "shapley").values.values()]
    [20, 30]
    """
    if method == "shapley" and len(steps) > MOST_STEPS:
        raise SimulationError(
            "too many steps to average over every order",
            got=len(steps),
            allowed=f"at most {MOST_STEPS}",
            do='use method="ordered", or put levers together',
        )
    every = frozenset(step.name for step in steps)
    start, end = total(frozenset()), total(every)
    bars: dict[Bar, dict[str, int]] = {}
    for position, step in enumerate(steps):
        before = [each.name for each in steps[:position]]
        orders = _before(step, steps) if method == "shapley" else iter([(1, frozenset(before))])
        _book(bars, step, orders, total)
    orders_in_all = factorial(len(steps)) if method == "shapley" else 1
    values: dict[Bar, dict[str, int]] = {bar: {} for bar in bars}
    for measure in start:
        exact = {bar: moved[measure] for bar, moved in bars.items()}
        whole = _rounded(exact, orders_in_all)
        for bar in bars:
            values[bar][measure] = whole[bar]
    return Bars(method, start, values, end)


def _book(
    bars: dict[Bar, dict[str, int]],
    step: Step,
    orders: Iterator[tuple[int, frozenset[str]]],
    total: Callable[[frozenset[str]], Total],
) -> None:
    """Add what the step moves after each set of others, as often as orders begin with that set."""
    for often, before in orders:
        points: list[tuple[str, Total]] = [(step.kind, total(before))]
        if step.regroups:
            points = [("regrouped", points[0][1]), ("repriced", total(before | {step.name + REGROUPED}))]
        ends = [*(point for _, point in points[1:]), total(before | {step.name})]
        for (kind, here), there in zip(points, ends, strict=True):
            bar = bars.setdefault((step.name, kind), dict.fromkeys(here, 0))
            for measure in here:
                bar[measure] += often * (there[measure] - here[measure])


def _before(step: Step, steps: Sequence[Step]) -> Iterator[tuple[int, frozenset[str]]]:
    """Every set of other steps that may come before this one, and in how many orders it does."""
    others = [each.name for each in steps if each is not step]
    for size in range(len(others) + 1):
        often = factorial(size) * factorial(len(others) - size)
        for chosen in combinations(others, size):
            yield often, frozenset(chosen)


def _rounded(exact: Mapping[Bar, int], divisor: int) -> dict[Bar, int]:
    """Each numerator over the divisor as whole numbers that keep the sum, by largest remainder."""
    whole = {bar: value // divisor for bar, value in exact.items()}
    missing = sum(exact.values()) // divisor - sum(whole.values())
    by_remainder = sorted(exact, key=lambda bar: -(exact[bar] % divisor))
    for bar in by_remainder[:missing]:
        whole[bar] += 1
    return whole


STARTING_RULES = "starting-rules"  # the bar of a scenario that does not start from the baseline's rules
_STARTING_TITLE = {"zh": "起点规则不同", "en": "different starting rules"}
_BASELINE_TITLE = {"zh": "基线", "en": "baseline"}


def waterfall(
    scenario: Scenario, bars: Bars, *, baseline: int, measure: str, starts_elsewhere: bool
) -> pd.DataFrame:
    """The bars of a scenario; `Comparison.attribution` names the columns.

    `baseline` is the baseline's total of the measure (fen, or cases); `starts_elsewhere` whether the
    scenario's rules before its first step are others than the baseline's.
    """
    unit = 1 if measure == "cases" else 100
    titles = {step.name: step.title for step in steps_of(scenario)}
    reached = bars.start[measure]
    rows: list[tuple[str, Mapping[str, str], str, int, int]] = [
        ("", _BASELINE_TITLE, "baseline", baseline, baseline)
    ]
    if starts_elsewhere or reached != baseline:
        rows.append((STARTING_RULES, _STARTING_TITLE, "mechanical", reached - baseline, reached))
    for (name, kind), moved in bars.values.items():
        reached += moved[measure]
        rows.append((name, titles[name], kind, moved[measure], reached))
    rows.append(("", scenario.title, "total", reached, reached))
    return pd.DataFrame(
        [
            {
                "scenario": scenario.id,
                "lever": lever,
                "title_zh": title.get("zh", lever),
                "title_en": title.get("en", lever),
                "kind": kind,
                "value": value / unit,
                "cumulative": cumulative / unit,
            }
            for lever, title, kind, value, cumulative in rows
        ]
    )
