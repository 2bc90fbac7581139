"""Exams that need not be repeated: by item the fund saves, by case the hospital until weights follow
(fund rules §6.5)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]

BY_ITEM = ("inpatient_item", "outpatient", "chronic", "unexplained")


def after(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Repeated exams on the network that are accepted are not paid."""
    part = settings["exam_share"] * settings["repeats"] * settings["coverage"] * amount
    follows = np.arange(plan.years) - int(np.argmax(amount != 0)) >= settings["lag"]
    for pot in ("employee_pool", "resident"):
        for line in BY_ITEM:
            plan.add(f"{pot}.{line}", -plan.paid(f"{pot}.{line}") * part)
        saved = plan.paid(f"{pot}.inpatient_case") * part
        plan.add(f"{pot}.inpatient_case", -saved * follows)
        plan.tell("hospitals", -saved * (1 - follows))
