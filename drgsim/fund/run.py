"""One scenario on one fund: assumptions to numbers, levers, people, money, books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .draws import Draws, strayed
from .fund import Fund
from .income import derive_income, income
from .ledger import Books, check, roll, write
from .people import People
from .plan import Plan
from .pooling import pooling_of
from .pots import pots
from .scenario import FundScenario
from .spending import SCHEMES, close_transfers, spending

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """Books of all regions, and their people by region; (draws, …)."""

    books: Books
    people: Mapping[str, People]
    plans: tuple[Plan, ...]


def run(
    fund: Fund,
    scenario: FundScenario,
    years: int,
    draws: Draws | None = None,
    counted: dict[object, People] | None = None,
) -> Run:
    """Carry the fund `years` on. `counted` keeps people between scenarios that count them alike.

    Raises FundError; IdentityError when the books do not sum, which is an error of the program.
    """
    counted = {} if counted is None else counted
    plans, flows, people = [], [], {}
    for region in fund.regions:
        plan = Plan(region, years, scenario.stated, draws)
        for use in scenario.uses.values():
            use.apply(plan, "before")
        derive_income(plan)
        key = plan.people_key()
        if key not in counted:
            counted[key] = plan.count_people()
        plan.people = counted[key].times(plan.head_factors())
        strays = {side: {s: _stray(plan, side, s) for s in SCHEMES} for side in ("income", "spending")}
        plan.flows = income(plan, strays["income"]) | spending(plan, strays["spending"])
        for use in scenario.uses.values():
            use.apply(plan, "after")
        for line, yuan in plan.extra.items():
            plan.flows[line] = plan.flows.get(line, 0.0) + yuan
        close_transfers(plan, plan.flows)
        plans.append(plan)
        flows.append(plan.flows)
        people[region.id] = plan.people
    opening = np.array([[region.accounts.balance.get(pot, 0.0) for pot in pots()] for region in fund.regions])
    books = write(flows, opening, plans[0].count, years)
    rate = np.stack([plan.path("interest_rate") for plan in plans], axis=1)
    roll(books, rate, pooling_of(scenario.uses, plans))
    check(books)
    return Run(books, people, tuple(plans))


def _stray(plan: Plan, side: str, scheme: str) -> Floats:
    """(draws, years): factors by which a scheme's income or spending strays; 1 for point values.

    Income and spending share a part of what moves them; the middle of a stray is 1.
    """
    if plan.draws is None:
        return np.ones((1, plan.years))
    spread = plan.start(f"{side}_noise.{scheme}")[:, None]
    shared = plan.region.assumptions["noise_shared"].value
    own = plan.draws.years(f"{side} {scheme}", plan.years)
    if side == "income":
        common = plan.draws.years(f"spending {scheme}", plan.years)
        own = shared * common + np.sqrt(1 - shared**2) * own
    stays = plan.start("noise_stays")
    path = strayed(own * spread, stays)
    return np.asarray(np.exp(path))
