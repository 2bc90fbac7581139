"""Hospitals are paid earlier: the fund loses interest, they need less working capital (fund rules §2.2)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]

DAYS = 365
CARE = ("inpatient_case", "inpatient_item", "outpatient", "chronic", "negotiated_drug")


def working_capital(days: float | Floats, yearly: float | Floats) -> float | Floats:
    """Cash that is freed when `yearly` money comes so many days earlier.

    >>> working_capital(36.5, 1000.0)
    100.0
    """
    return days / DAYS * yearly


def after(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Book lost interest; tell what hospitals save in loans and how much capital is freed."""
    for pot in ("employee_pool", "resident"):
        care = sum(plan.paid(f"{pot}.{line}") for line in CARE) * settings["money"]
        freed = working_capital(amount, care)
        plan.add(f"{pot}.early_payment", freed * plan.path("interest_rate"))
        plan.tell("working_capital", -np.asarray(freed))
        plan.tell("hospitals", -np.asarray(freed) * settings["loan_rate"])
