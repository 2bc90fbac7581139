"""The agency pays suppliers and takes it off hospitals' money: hospitals lose the float (fund rules §3.1)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]

from .instant_settlement import CARE, working_capital  # noqa: E402


def after(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """No fund moves but in time: tell the working capital hospitals must hold, and what its loans cost."""
    for pot in ("employee_pool", "resident"):
        bought = sum(plan.paid(f"{pot}.{line}") for line in CARE) * settings["purchases"]
        lost = np.asarray(working_capital(amount, bought))
        plan.tell("working_capital", lost)
        plan.tell("hospitals", lost * settings["loan_rate"])
