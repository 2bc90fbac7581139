"""Income by line: heads x base x rate for employees, heads x (premium + subsidy) for residents.

What the start year's accounts do not split is set so that the year's published income is met: the declared
base against the mean wage, what is put into a retiree's account, what residents raise above the least
standards. Interest is made in the ledger, from the reserve. Source: fund rules §5.2.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .fund_errors import FundError
from .plan import Plan

Floats = npt.NDArray[np.float64]


def derive_income(plan: Plan) -> None:
    """Set `base_ratio`, `retiree_allotment` and `subsidy_above_floor` so that the start year is met,
    (draws,).

    Raises FundError when a fund has income but nobody who could pay it.
    """
    region = plan.region
    books, heads = region.accounts, region.heads
    at = plan.start

    def interest(pot: str) -> Floats:
        opened = books.balance.get(pot, 0.0) - books.income.get(pot, 0.0) + books.spending.get(pot, 0.0)
        return at("interest_rate") * max(opened, 0.0)

    working = np.full(plan.count, heads["active"])
    flexible = working * at("flexible_share")
    employed = working - flexible
    pooled = books.income.get("employee_pool", 0.0)
    if pooled and not heads["active"]:
        raise FundError("employees' income has nobody who pays it", got="0 active members", where=region.id)
    rate = at("employer_rate") * (1 - at("account_share") * books.split)
    wages = employed * region.wage
    paid = (
        pooled
        - flexible * region.wage * at("flexible_base_ratio") * at("flexible_rate")
        - working * at("fiscal_employee")
        - heads["retired"] * region.wage * at("retiree_rate")
        - interest("employee_pool")
        - books.part("employee_pool.other_income")
    )
    paid = paid / (1 + plan.event("income_shock.employee"))
    base = np.divide(paid, wages * rate, out=np.zeros(plan.count), where=wages * rate > 0)
    plan.derive("base_ratio", np.maximum(base, 0.0))
    own = wages * plan.start("base_ratio") * at("individual_rate")
    share = wages * plan.start("base_ratio") * at("employer_rate") * at("account_share")
    left = books.income.get("employee_accounts", 0.0) - own - share - interest("employee_accounts")
    plan.derive(
        "retiree_allotment", left / max(heads["retired"], 1.0) if books.split else np.zeros(plan.count)
    )
    raised = books.income.get("resident", 0.0) - interest("resident") - books.part("resident.other_income")
    floor = at("premium") + at("subsidy")
    if books.income.get("resident", 0.0) and not heads["resident"]:
        raise FundError("residents' income has nobody who pays it", got="0 residents", where=region.id)
    plan.derive("subsidy_above_floor", raised / max(heads["resident"], 1.0) - floor)


def wage_growth(plan: Plan) -> Floats:
    """(draws, years): growth of the mean wage, with the departures of single years."""
    return np.asarray(plan.growth("wage_growth", "wage_growth_long") + plan.path("wage_shock"))


def income(plan: Plan, stray: dict[str, Floats]) -> dict[str, Floats]:
    """Yuan by line, each (draws, years); `stray` are factors by scheme."""
    region, people, books = plan.region, plan.people, plan.region.accounts
    assert people is not None
    wage = region.wage * np.cumprod(1 + wage_growth(plan), axis=1)
    working = people["active"][:, 1:]
    flexible = working * plan.path("flexible_share")
    employed = working - flexible
    met = stray["employee"] * (1 + plan.path("income_shock.employee"))
    declared = employed * wage * plan.path("base_ratio") * met
    employer = declared * plan.path("employer_rate")
    to_accounts = plan.path("account_share") * books.split
    found = {
        "employee_pool.employer_contribution": employer * (1 - to_accounts),
        "employee_pool.flexible_contribution": flexible * wage * met
        * plan.path("flexible_base_ratio") * plan.path("flexible_rate"),
        "employee_pool.fiscal": working * plan.path("fiscal_employee"),
        "employee_pool.other_income": np.full_like(working, books.part("employee_pool.other_income"))
        + people["retired"][:, 1:] * wage * plan.path("retiree_rate"),
    }  # fmt: skip
    if books.split:
        grown = plan.level(
            "retiree_allotment", plan.start("retiree_allotment"), plan.path("retiree_allotment_growth")
        )
        found |= {
            "employee_accounts.individual_contribution": declared * plan.path("individual_rate"),
            "employee_accounts.employer_share": employer * to_accounts,
            "employee_accounts.retiree_allotment": people["retired"][:, 1:] * grown,
        }
    premium, subsidy = financing(plan)
    residents = people.resident[:, 1:]
    met = stray["resident"] * (1 + plan.path("income_shock.resident"))
    above = plan.start("subsidy_above_floor")[:, None] * (subsidy / plan.start("subsidy")[:, None])
    found |= {
        "resident.premium": residents * premium * met,
        "resident.subsidy": residents * (subsidy + above) * met,
        "resident.other_income": np.full_like(residents, books.part("resident.other_income")),
    }
    return found


def financing(plan: Plan) -> tuple[Floats, Floats]:
    """(draws, years) each: a resident's premium and subsidy; first in yearly steps, later in proportion."""
    near = plan.fading("growth_half_life")
    later = plan.path("financing_growth_long") * (1 - near)
    return tuple(  # type: ignore[return-value]
        plan.level(name, plan.start(name), later, plan.path(f"{name}_step") * near)
        for name in ("premium", "subsidy")
    )
