"""How a fund's spending answers to small moves of what drives it, measured once for each scenario."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .cells import Fund
from .course import Course
from .years import Drivers, PaidYears

if TYPE_CHECKING:
    from ..scenario.scenario import Scenario

Floats = npt.NDArray[np.float64]

STEP = 0.05  # by how much a driver is moved


@dataclass(frozen=True, slots=True)
class Elasticity:
    """(funds,) percent of spending for each percent of: stays or money a stay, relative cost, budget."""

    scale: Floats
    relative_cost: Floats
    budget: Floats


def measure(paid: PaidYears, scenario: Scenario, course: Course, funds: tuple[Fund, ...]) -> Elasticity:
    """The answers in the last year of a course, everything else as it is there.

    Only relative cost needs the cases to be paid again, once for each state of the rules in force that year.
    A fund that spends nothing answers nothing.
    """
    last = len(course.growth.years) - 1
    year, at = course.growth.years[last], Drivers.of(course.growth, last)
    more = 1 + STEP

    def answer(moved: Drivers) -> Floats:
        spent = paid.money(scenario, year, moved, funds).spent
        before = course.spent[:, last]
        defined = (spent > 0) & (before > 0)
        ratio = np.divide(spent, before, out=np.ones_like(before), where=defined)
        return np.log(ratio) / np.log(more)

    return Elasticity(
        answer(replace(at, money=at.money * more)),
        answer(replace(at, relative_cost=at.relative_cost * more)),
        answer(replace(at, budget=at.budget * more)),
    )
