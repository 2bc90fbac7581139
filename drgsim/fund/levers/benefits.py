"""Levers on what members get: benefits, pooled outpatient care, family accounts, deliveries, shared
exams.

Family accounts: `used = share x balance of the year before` (fund rules §6.4). Patients' cash falls by as
much; the pooled fund is not touched, and the resident fund gets the same premiums from another hand.
Deliveries: all cost in scope, a package, or a cap (fund rules §6.1). Shared exams: by item the fund
saves, by case the hospital until weights follow (fund rules §6.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ..plan import Plan
from ..words import lines

Floats = npt.NDArray[np.float64]


def before_benefit_change(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Scale benefits, and use with them."""
    for scheme in ("employee", "resident"):
        changed = amount * settings[scheme]
        plan.factor(f"benefit_level.{scheme}", (1 + changed) * (1 + changed * settings["use"]))


def before_outpatient_pooling(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Scale outpatient benefits."""
    plan.factor("outpatient_level.employee", 1 + _widened(plan, amount, settings))


def after_outpatient_pooling(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """A part of what the pool now pays is no longer spent from accounts."""
    if not plan.region.accounts.split:
        return
    level = 1 + _widened(plan, amount, settings)
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


def _widened(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> Floats:
    years = np.arange(plan.years) - int(np.argmax(amount != 0)) + 1
    return np.asarray(amount * np.clip(years / settings["ramp_years"], 0.0, 1.0))


def after_family_account(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Book what is used beyond today's sharing, in two lines."""
    flows = {line: yuan for line, yuan in plan.flows.items() if lines()[line].pot == "employee_accounts"}
    net = sum(
        (yuan if lines()[line].side == "income" else -yuan for line, yuan in flows.items()),
        np.zeros((plan.count, plan.years)),
    )
    held = np.full(plan.count, plan.region.accounts.balance.get("employee_accounts", 0.0))
    rate, used = plan.path("interest_rate"), np.zeros((plan.count, plan.years))
    for year in range(plan.years):
        used[:, year] = np.maximum(held, 0.0) * amount[year]
        held = held * (1 + rate[:, year]) + net[:, year] - used[:, year]
    premiums = np.minimum(used * settings["premiums"], plan.flows["resident.premium"])
    plan.add("employee_accounts.to_resident_premium", premiums)
    plan.add("resident.premium", -premiums)
    plan.add("employee_accounts.family_sharing", used - premiums)


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


def after_delivery_free(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
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


BY_ITEM = ("inpatient_item", "outpatient", "chronic", "unexplained")


def after_imaging_sharing(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Repeated exams on the network that are accepted are not paid."""
    part = settings["exam_share"] * settings["repeats"] * settings["coverage"] * amount
    follows = np.arange(plan.years) - int(np.argmax(amount != 0)) >= settings["lag"]
    for pot in ("employee_pool", "resident"):
        for line in BY_ITEM:
            plan.add(f"{pot}.{line}", -plan.paid(f"{pot}.{line}") * part)
        saved = plan.paid(f"{pot}.inpatient_case") * part
        plan.add(f"{pot}.inpatient_case", -saved * follows)
        plan.tell("hospitals", -saved * (1 - follows))
