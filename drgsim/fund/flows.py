"""Money by line: income as heads, bases and rates make it; spending as ages, growth and benefits carry it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .fund_errors import FundError
from .ledger import FEN
from .people import People
from .plan import Plan
from .words import lines, pots

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


SCHEMES = ("employee", "resident")


def spending(plan: Plan, stray: dict[str, Floats]) -> dict[str, Floats]:
    """Yuan by line, each (draws, years), transfers included; `stray` are factors by scheme."""
    people = plan.people
    assert people is not None
    growths = _growths(plan)
    found = {}
    for line, booked in plan.region.accounts.parts.items():
        what = lines()[line]
        if what.side != "spending" or not what.index:
            continue
        of = pots()[what.pot].scheme
        scheme = {"employee": "employee", "resident": "resident"}.get(of, "all")
        money = booked.amount * _grown(people, what.index, scheme) * growths[what.growth, scheme]
        if scheme != "all":
            money = money * stray[scheme] * _levels(plan, what.growth, scheme)
        found[line] = money * plan.scaled.get(line, 1.0)
    found |= _other_pots(plan, people, growths, stray)
    return found


def close_transfers(plan: Plan, flows: dict[str, Floats]) -> None:
    """Pay what a pot without money of its own spends, and give what a scheme hands on."""
    each = [np.rint(yuan * FEN) / FEN for line, yuan in flows.items() if lines()[line].pot == "maternity"]
    maternity = sum(each, np.zeros((plan.count, 1)))
    flows["employee_pool.to_maternity"] = np.broadcast_to(maternity, (plan.count, plan.years))
    if "medical_aid.benefit" in flows:
        flows["medical_aid.fiscal"] = flows["medical_aid.benefit"]


def _grown(people: People, index: str, scheme: str) -> Floats:
    """How the people who cause a line's cost have grown since the start year."""
    sums = people.index(index, scheme)
    first = sums[:, :1]
    return np.divide(sums[:, 1:], first, out=np.ones_like(sums[:, 1:]), where=first > 0)


def _growths(plan: Plan) -> dict[tuple[str, str], Floats]:
    """Cumulated growth beyond people, by what a line grows with and scheme."""
    found: dict[tuple[str, str], Floats] = {}
    grown: dict[tuple[str, str], Floats] = {}
    for scheme in SCHEMES:
        first = plan.path(f"spending_growth.{scheme}")
        shift = plan.path(f"outpatient_shift.{scheme}")
        inpatient = first - shift * _outpatient_share(plan, scheme)
        gap = plan.path(f"spending_gap.{scheme}") * _closed(plan)
        for kind, start in (("inpatient", inpatient), ("outpatient", inpatient + shift)):
            growth = plan.growth(start, f"{kind}_growth_long.{scheme}")
            grown[kind, scheme] = _cumulated(1 + growth) * np.exp(gap)
    found |= grown
    found["account", "employee"] = _cumulated(1 + plan.path("account_growth"))
    found["maternity", "employee"] = _cumulated(1 + plan.path("maternity_growth"))
    found["wage", "employee"] = _cumulated(1 + wage_growth(plan))
    found["aid", "all"] = _cumulated(1 + plan.path("aid_growth"))
    uptake = plan.path("care_uptake_growth") * plan.fading("growth_half_life")
    found["care", "all"] = _cumulated((1 + uptake) * (1 + plan.path("care_cost_growth")))
    return found


def _cumulated(growth: Floats) -> Floats:
    return np.asarray(np.cumprod(growth, axis=1), np.float64)


def _closed(plan: Plan) -> Floats:
    """(draws, years): the part of the gap to the usual share of income that is closed."""
    years = np.arange(1, plan.years + 1)
    return np.asarray(1 - (1 - plan.path("gap_closing")) ** years)


def _outpatient_share(plan: Plan, scheme: str) -> float:
    """Share of a scheme's start-year money on lines that grow with outpatient care."""
    money = {"inpatient": 0.0, "outpatient": 0.0}
    for line, booked in plan.region.accounts.parts.items():
        what = lines()[line]
        if what.growth in money and pots()[what.pot].scheme == scheme and what.pot != "catastrophic":
            money[what.growth] += booked.amount
    total = sum(money.values())
    return money["outpatient"] / total if total else 0.0


def _levels(plan: Plan, growth: str, scheme: str) -> Floats:
    """Benefits against today's, and the departures of single years."""
    level = 1 + plan.path(f"spending_shock.{scheme}")
    if growth in ("inpatient", "outpatient"):
        level = level * plan.path(f"benefit_level.{scheme}") * plan.path(f"{growth}_level.{scheme}")
    return np.asarray(level)


def _other_pots(
    plan: Plan, people: People, growths: dict[tuple[str, str], Floats], stray: dict[str, Floats]
) -> dict[str, Floats]:
    """Catastrophic insurance bought by the resident fund; income of long-term care."""
    books, found = plan.region.accounts, {}
    residents = people.resident[:, 1:]
    bought = books.part("resident.to_catastrophic")
    if bought:
        premium, subsidy = financing(plan)
        begun = (plan.start("premium") + plan.start("subsidy"))[:, None]
        a_head = bought / max(plan.region.heads["resident"], 1.0)
        plan.derive("catastrophic_premium", np.full(plan.count, a_head))
        found["resident.to_catastrophic"] = (
            residents * plan.path("catastrophic_premium") * (premium + subsidy) / begun
        )
        money = bought * plan.start("catastrophic_loss")[:, None] * _grown(people, "inpatient", "resident")
        money = money * growths["inpatient", "resident"] * _levels(plan, "inpatient", "resident")
        found["catastrophic.benefit"] = (
            money * stray["resident"] * plan.scaled.get("catastrophic.benefit", 1.0)
        )
    care = books.income.get("long_term_care", 0.0)
    if care:
        everyone = people["active"] + people["retired"] + people.resident
        grown = np.cumprod(1 + plan.path("care_income_growth"), axis=1)
        found["long_term_care.contribution"] = care * everyone[:, 1:] / everyone[:, :1] * grown
    return found
