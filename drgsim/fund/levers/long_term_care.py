"""Long-term care as a pot of its own, paid by a rate on wages or by the head (fund rules §6.2)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..flows import wage_growth
from ..plan import Plan

Floats = npt.NDArray[np.float64]

MONTHS = 12


def before_long_term_care(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """A part of the rate is taken from the medical one; some stays that waited for care end sooner."""
    plan.shift("employer_rate", -amount * settings["moved"])
    part = ramp(plan, amount, settings["ramp_years"]) * settings["long_stays"] * settings["moved_stays"]
    for scheme in ("employee", "resident"):
        plan.factor(f"inpatient_level.{scheme}", 1 - part)


def after_long_term_care(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Money in by rate and head, care for the disabled who draw it."""
    wages = plan.paid("employee_pool.employer_contribution") / np.maximum(plan.path("employer_rate"), 1e-12)
    active = amount != 0
    book(
        plan,
        wages * amount,
        wages * settings["member_rate"] * active,
        _pensions(plan, settings) * settings["retiree_rate"] * active,
        active,
        settings,
    )
    plan.tell("employers", wages * amount * (1 - settings["moved"]))


def _pensions(plan: Plan, settings: Mapping[str, float]) -> Floats:
    assert plan.people is not None
    wage = plan.region.wage * np.cumprod(1 + wage_growth(plan), axis=1)
    return np.asarray(plan.people["retired"][:, 1:] * wage * settings["pension"])


def ramp(plan: Plan, amount: Floats, years: float) -> Floats:
    """(years,): 0 before the first year the lever moves, then up to 1 within `years`."""
    since = np.arange(plan.years) - int(np.argmax(amount != 0)) + 1
    return np.clip(since / years, 0.0, 1.0)


def book(
    plan: Plan, employers: Floats, members: Floats, retirees: Floats, active: Floats,
    settings: Mapping[str, float],
) -> None:  # fmt: skip
    """Book a care scheme: contributions, residents' money, benefits; today's pilots go when it replaces
    them."""
    people = plan.people
    assert people is not None
    residents = people.resident[:, 1:] * active
    own, fiscal = residents * settings["resident_premium"], residents * settings["resident_subsidy"]
    uptake = ramp(plan, active, settings["ramp_years"]) * settings["uptake"] * active
    grown = np.cumprod(1 + plan.path("care_cost_growth"), axis=1)
    care = grown * settings["monthly"] * MONTHS * uptake
    cost = {scheme: people.index("disability", scheme)[:, 1:] * care for scheme in ("employee", "resident")}
    paid = cost["employee"] * settings["employee_ratio"] + cost["resident"] * settings["resident_ratio"]
    if settings["replaces"]:
        for line in ("contribution", "benefit"):
            plan.add(f"long_term_care.{line}", -plan.paid(f"long_term_care.{line}") * active)
    plan.add("long_term_care.contribution", employers + members + retirees + own)
    plan.add("long_term_care.fiscal", fiscal)
    plan.add("long_term_care.benefit", paid)
    plan.tell("members", members + retirees + own)
    plan.tell("treasury", fiscal)
    plan.tell("patients", -paid)


def after_long_term_care_heads(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Two transfers from employees' pots, residents' money, and care."""
    assert plan.people is not None
    members = plan.people["active"][:, 1:] + plan.people["retired"][:, 1:]
    share = settings["from_accounts"] if plan.region.accounts.split else 0.0
    plan.add("employee_pool.to_long_term_care", members * amount * (1 - share))
    plan.add("employee_accounts.to_long_term_care", members * amount * share)
    none = np.zeros_like(members)
    book(plan, none, none, none, amount != 0, settings)
