"""Drugs of the commercial list: the case leaves payment by case, others pay (fund rules §6.3)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]

MILLION = 1e6


def after(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Fund money for the rest of the case instead of the group's; the drug on insurers and patients."""
    people = plan.people
    assert people is not None
    heads = {
        "employee_pool": people["active"][:, 1:] + people["retired"][:, 1:],
        "resident": people.resident[:, 1:],
    }
    since = np.maximum(np.arange(plan.years) - int(np.argmax(amount != 0)), 0)
    for pot, members in heads.items():
        uses = members / MILLION * settings["users"] * (1 + settings["growth"]) ** since * amount
        out = uses * settings["approved"]
        plan.add(
            f"{pot}.inpatient_case",
            -np.minimum(out * settings["case_price"], plan.paid(f"{pot}.inpatient_case")),
        )
        plan.add(f"{pot}.inpatient_item", out * settings["rest"])
        covered = max(settings["drug"] - settings["deductible"], 0.0) * settings["pays"] * settings["insured"]
        plan.tell("insurers", uses * covered)
        plan.tell("patients", uses * (settings["drug"] - covered))
