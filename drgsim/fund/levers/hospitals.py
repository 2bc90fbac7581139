"""Levers on how hospitals are paid: when, by whom, at whose price, by which groups, at which level.

Paid earlier, the fund loses interest and hospitals need less working capital (fund rules §2.2); suppliers
paid by the agency, hospitals lose the float (fund rules §3.1). Stays in other regions at the
destination's price: home bears or keeps a part of the gap (fund rules §1.3). Other groups or rules, and
hospitals that change: as far as stays paid under both say it moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


def after_instant_settlement(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Book lost interest; tell what hospitals save in loans and how much capital is freed."""
    for pot in ("employee_pool", "resident"):
        care = sum(plan.paid(f"{pot}.{line}") for line in CARE) * settings["money"]
        freed = working_capital(amount, care)
        plan.add(f"{pot}.early_payment", freed * plan.path("interest_rate"))
        plan.tell("working_capital", -np.asarray(freed))
        plan.tell("hospitals", -np.asarray(freed) * settings["loan_rate"])


def after_direct_settlement(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """No fund moves but in time: tell the working capital hospitals must hold, and what its loans cost."""
    for pot in ("employee_pool", "resident"):
        bought = sum(plan.paid(f"{pot}.{line}") for line in CARE) * settings["purchases"]
        lost = np.asarray(working_capital(amount, bought))
        plan.tell("working_capital", lost)
        plan.tell("hospitals", lost * settings["loan_rate"])


def after_cross_region_drg(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Home pays item money plus theta of the gap; the rest of the gap is the destination's, told as
    hospitals'."""
    for pot in ("employee_pool", "resident"):
        gap = plan.paid(f"{pot}.cross_region") * settings["gap"]
        plan.add(f"{pot}.cross_region", gap * amount)
        plan.tell("hospitals", -gap * (amount != 0))


POTS = {"employee": "employee_pool", "resident": "resident"}


def after_payment_reform(plan: Plan, amount: Floats, settings: Mapping[str, Any]) -> None:
    """Move each fund's money by case; hospitals get or lose what patients do not pay more or less."""
    for scheme, pot in POTS.items():
        moved = plan.paid(f"{pot}.inpatient_case") * settings["share"] * settings[scheme] * amount
        plan.add(f"{pot}.inpatient_case", moved)
        plan.tell("patients", -moved * settings["patients"])
        plan.tell("hospitals", -moved * (1 - settings["patients"]))


# a hospital of another level, or part of another one, is paid by other prices, benefits and limits
after_hospital_merger = after_hospital_upgrade = after_payment_reform
