"""Wider pooled outpatient benefits of employees, coming in over years as those of 2023 did."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan
from ..pots import lines

Floats = npt.NDArray[np.float64]


def before(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Scale outpatient benefits."""
    plan.factor("outpatient_level.employee", 1 + _whole(plan, amount, settings))


def after(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """A part of what the pool now pays is no longer spent from accounts."""
    if not plan.region.accounts.split:
        return
    level = 1 + _whole(plan, amount, settings)
    pooled = sum(
        (
            yuan
            for line, yuan in plan.flows.items()
            if lines()[line].pot == "employee_pool" and lines()[line].growth == "outpatient"
        ),
        np.zeros((plan.count, plan.years)),
    )
    spent = plan.flows.get("employee_accounts.account_spending", np.zeros_like(pooled))
    moved = pooled * (1 - 1 / level) * settings["from_accounts"]
    plan.add("employee_accounts.account_spending", -np.minimum(moved, spent))


def _whole(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> Floats:
    years = np.arange(plan.years) - int(np.argmax(amount != 0)) + 1
    return np.asarray(amount * np.clip(years / settings["ramp_years"], 0.0, 1.0))
