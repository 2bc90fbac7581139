"""Negotiated drugs paid beside the case at once; weights lose them when they follow."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]


def after(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Both payments overlap until weights follow: hospitals keep the difference."""
    years = np.arange(plan.years) - int(np.argmax(amount != 0))
    follows = years >= settings["lag"]
    for pot in ("employee_pool", "resident"):
        money = plan.paid(f"{pot}.inpatient_case") * amount
        plan.add(f"{pot}.negotiated_drug", money * (1 + settings["more_use"]))
        plan.add(f"{pot}.inpatient_case", -money * follows)
        plan.tell("hospitals", -money * (1 - follows))
