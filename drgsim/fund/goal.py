"""Goal seek: the least change of one lever or assumption that reaches a goal, or that none does."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..language import either, stated_language
from ..words import unit_text
from .assumptions import parameter, parameters
from .draws import Dated
from .fund import Fund
from .lever import levers
from .people import People
from .run import run
from .scenario import FundScenario
from .sensitivity import Measure

GRID = 16  # steps between zero and each bound, so that a goal reached only in between is found


@dataclass(frozen=True)
class Goal:
    """The answer. `amount` is None when no amount within bounds reaches the goal; `value` is then the best
    there is, at `best`. `now` is the measure without the lever."""

    lever: str
    unit: str
    goal: str
    amount: float | None
    value: float
    best: float
    now: float
    low: float
    high: float

    def __str__(self) -> str:
        name = f"{self.lever} {(levers().get(self.lever) or parameters()[self.lever]).zh}"
        unit, now, best = unit_text(self.unit, "zh"), f"{self.now:,.4g}", f"{self.value:,.4g}"
        if self.amount is None and self.value == self.now:
            en = f"No {self.lever} reaches {self.goal}: it does not raise it at all from {now}."
            zh = f"{name}不能提高该指标（现为 {now}），{self.goal} 无解。"
        elif self.amount is None:
            span = f"{self.low:g} to {self.high:g} {self.unit}"
            en, zh = (
                f"No {self.lever} from {span} reaches {self.goal}: the best is {best}, at {self.best:g}; without it {now}.",  # noqa: E501
                f"{name}在 {self.low:g} 至 {self.high:g} {unit}之间无解（{self.goal}）：最好为 {best}（取 {self.best:g}），不调整为 {now}。",  # noqa: E501
            )
        elif self.lever in levers() and self.amount == 0:
            en, zh = f"{self.goal} holds without any change: {now}.", f"现行水平已满足 {self.goal}：{now}。"
        else:
            en = f"{self.lever} = {self.amount:g} {self.unit} reaches {self.goal}: {best}; without it {now}."
            zh = f"{name}需为 {self.amount:g} {unit}：{self.goal} 达到 {best}，不调整为 {now}。"
        return either(zh, en) if stated_language() else f"{en} {zh}"


_GOAL = re.compile(r"\s*([a-z_]+\.[a-z_]+)\s*>=\s*(-?[0-9.eE+]+)\s*(?:(until|at)\s+(\d{4}))?\s*$")


def seek(
    fund: Fund,
    lever: str,
    goal: str,
    *,
    scenario: Any = None,
    years: int | None = None,
    since: Any = None,
    low: float | None = None,
    high: float | None = None,
) -> Goal:
    """The amount of `lever` nearest to no change with which the goal holds.

    Parameters
    ----------
    lever : a lever or an assumption.
    goal : such as "reserve_months.resident >= 6 until 2035" (in every year to 2035), "reserve.employee >= 0
        at 2040" (in that year), "present_value.employee >= 0".
    scenario : what else is changed.
    since : year or day from which the amount holds; the first projected year by default.
    low, high : bounds to search within; those of the lever by default.

    Raises ArgumentError or FundError for what cannot be read.

    >>> str(seek(Fund.national(), "resident_premium", "reserve_months.resident >= 1 until 2027"))[:31]
    'reserve_months.resident >= 1 un'
    """
    found = _GOAL.match(goal)
    if not found:
        raise ArgumentError(
            "a goal cannot be read", got=goal, allowed="measure.pot >= number [until year | at year]"
        )
    name, number, word, year = found.groups()
    target, last = float(number), int(year) if year else None
    span = years or (last - fund.year if last else 30)
    if span < 1:
        raise ArgumentError("a goal in the past", got=last, allowed=f"after {fund.year}")
    measure = Measure.of(name, last, at_end=word == "at")
    base = FundScenario.of(scenario) if scenario is not None else FundScenario.baseline()
    what = levers().get(lever) or parameter(lever)
    bottom, top = (what.min if low is None else low), (what.max if high is None else high)
    if not what.min <= bottom < top <= what.max:
        raise ArgumentError("bounds of a search", got=[bottom, top], allowed=[what.min, what.max])
    neutral = 0.0 if lever in levers() else fund.assumptions[lever].value
    counted: dict[object, People] = {}

    def at(amount: float | None) -> float:
        asked = base
        if amount is not None:
            stated = amount if since is None else {since: amount}
            Dated.of(stated, name=lever)
            asked = base.adding(lever, stated)
        return measure.point(run(fund, asked, span, counted=counted).books, fund.year + 1)

    now = at(None)

    def answer(amount: float | None, value: float, best: float) -> Goal:
        return Goal(lever, what.unit, goal.strip(), amount, value, best, now, bottom, top)

    if now >= target:
        return answer(neutral, now, neutral)
    tried: dict[float, float] = {neutral: now}
    reached: list[tuple[float, float]] = []  # (the goal holds at it, it does not at it)
    for bound in (top, bottom):
        grid = np.linspace(neutral, bound, GRID + 1).tolist() if bound != neutral else []
        for before, step in pairwise(grid):
            if tried.setdefault(step, at(step)) >= target:
                reached.append((step, before))
                break
    if not reached:
        best = max(tried, key=lambda each: tried[each])
        return answer(None, tried[best], best)
    inside, outside = min(reached, key=lambda pair: abs(pair[0] - neutral))
    step = getattr(what, "step", 0.0)
    for _ in range(50):
        if abs(inside - outside) <= max(step / 4, abs(inside) * 1e-9, 1e-9):
            break
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if at(middle) >= target else (inside, middle)
    if step:  # the next whole step away from no change
        steps = (inside - neutral) / step
        whole = math.floor(steps + 1e-9) if inside < neutral else math.ceil(steps - 1e-9)
        rounded = float(np.clip(round(neutral + whole * step, 10), bottom, top))
        inside = rounded if at(rounded) >= target else inside
    return answer(inside, at(inside), inside)
