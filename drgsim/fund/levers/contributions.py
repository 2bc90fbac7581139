"""Levers on what comes in: bases, rates, premiums, subsidies, and the age to which members pay."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]


def before_base_change(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Scale the base."""
    plan.factor("base_ratio", 1 + amount)


def before_employer_rate_change(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Shift the rate."""
    plan.shift("employer_rate", amount)


TENTH = 0.1


def before_resident_premium(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Shift the premium; heads fall by `leaving` for each tenth it rises."""
    plan.shift("premium", amount)
    if settings["leaving"]:
        rise = amount / plan.start("premium")[:, None] / TENTH
        plan.factor("resident_heads", np.maximum(1 - settings["leaving"] * rise, 0.0))


def before_resident_subsidy(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Shift the subsidy."""
    plan.shift("subsidy", amount)


def before_retirement_age(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Shift the age; members are counted again."""
    plan.shift("retirement_delay", amount)
