"""Inpatient money by case under other groups or rules, as far as stays paid under both say it moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]

POTS = {"employee": "employee_pool", "resident": "resident"}


def after(plan: Plan, amount: Floats, settings: Mapping[str, Any]) -> None:
    """Move each fund's money by case; hospitals get or lose what patients do not pay more or less."""
    for scheme, pot in POTS.items():
        moved = plan.paid(f"{pot}.inpatient_case") * settings["share"] * settings[scheme] * amount
        plan.add(f"{pot}.inpatient_case", moved)
        plan.tell("patients", -moved * settings["patients"])
        plan.tell("hospitals", -moved * (1 - settings["patients"]))
