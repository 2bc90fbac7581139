"""Stays in other regions at the destination's price: home bears or keeps a part of the gap (fund rules
§1.3)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]


def after(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Home pays item money plus theta of the gap; the rest of the gap is the destination's, told as
    hospitals'."""
    for pot in ("employee_pool", "resident"):
        gap = plan.paid(f"{pot}.cross_region") * settings["gap"]
        plan.add(f"{pot}.cross_region", gap * amount)
        plan.tell("hospitals", -gap * (amount != 0))
