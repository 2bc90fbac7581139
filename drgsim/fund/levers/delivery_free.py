"""Delivery without own payment: all cost in scope, a package, or a cap (fund rules §6.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]


FORMS = ("zero", "package", "cap")
MODES = ("vaginal", "caesarean")


def delivery_payment(
    form: str, cost: float, *, in_scope: float, limit: float = 0.0, babies: int = 1, extra: float = 0.0
) -> dict[str, float]:
    """Who pays a delivery: fund, patient, and what the hospital bears; yuan.

    Parameters
    ----------
    form : zero (all cost in scope), package (`limit` is paid whatever it costs; the hospital bears or keeps
    the
        rest) or cap (cost in scope up to `limit`).
    cost, in_scope : the whole cost and the part of it in scope.
    extra : yuan more for each baby after the first.

    A caesarean of twins for 8,500 under a cap of 6,000 and 1,000 more a baby; one for 4,600 under a package
    of 4,000:

    >>> delivery_payment("cap", 8500, in_scope=8500, limit=6000, babies=2, extra=1000)["fund"]
    7000
    >>> delivery_payment("package", 4600, in_scope=4600, limit=4000)
    {'fund': 4000.0, 'patient': 0, 'hospital': 600.0}
    """
    top = limit + extra * (babies - 1)
    if form == "zero":
        return {"fund": in_scope, "patient": cost - in_scope, "hospital": 0.0}
    if form == "package":
        return {"fund": top, "patient": cost - in_scope, "hospital": in_scope - top}
    fund = min(in_scope, top)
    return {"fund": fund, "patient": cost - fund, "hospital": 0.0}


def after(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """More money for each birth, by scheme and mode, growing as a birth's cost does."""
    assert plan.people is not None
    grown = np.cumprod(1 + plan.path("maternity_growth"), axis=1)
    form = FORMS[int(settings["form"])]
    share = {"caesarean": settings["caesarean_share"], "vaginal": 1 - settings["caesarean_share"]}
    for scheme, line in (("employee", "maternity.delivery"), ("resident", "resident.delivery")):
        births = plan.people[f"births.{scheme}"][:, 1:]
        moved = {"fund": 0.0, "patient": 0.0, "hospital": 0.0}
        for mode in MODES:
            cost = settings[f"cost_{mode}"]
            known: dict[str, Any] = {"in_scope": cost * settings["in_scope"]}
            now = delivery_payment("cap", cost, limit=settings[f"{scheme}_{mode}"], **known)
            new = delivery_payment(form, cost, limit=settings[f"new_{mode}"], **known)
            for who in moved:
                moved[who] += share[mode] * (new[who] - now[who])
        plan.add(line, births * grown * amount * moved["fund"])
        plan.tell("patients", births * grown * amount * moved["patient"])
        plan.tell("hospitals", births * grown * amount * moved["hospital"])
