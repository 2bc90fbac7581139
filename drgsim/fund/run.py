"""One scenario on one fund: assumptions to numbers, levers, people, money, books, pooling between regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..settlement.pooling import ex_ante, transfer, unified
from .draws import Draws, strayed
from .flows import SCHEMES, close_transfers, derive_income, income, spending
from .fund import Fund
from .fund_errors import FundError
from .ledger import FEN, Books, Transfers, check, positions, roll, signs, write
from .lever import Use
from .people import People
from .plan import Plan
from .scenario import FundScenario
from .words import pots

Ints = npt.NDArray[np.int64]

POOLED = (
    ("employee_pool", "adjustment_employee", "employee"),
    ("resident", "adjustment_resident", "resident"),
)


def pooling_of(uses: Mapping[str, Use], plans: Sequence[Plan]) -> Transfers | None:
    """What the ledger calls each year, or None when no scenario's lever pools.

    Raises FundError when two modes are used at once.
    """
    found = [use for use in uses.values() if use.lever.pooling and use.moves]
    if not found:
        return None
    if len(found) > 1:
        raise FundError("a scenario pools in two modes", got=[use.lever.id for use in found], allowed="one")
    use = found[0]
    amount = use.amount.mean_of_years(plans[0].first, plans[0].years)
    settings = use.all_settings()
    base = {
        pot: np.array([[plan.region.accounts.income.get(pot, 0.0) * FEN for plan in plans]]).round()
        for pot, _, _ in POOLED
    }

    def transfers(year: int, opened: Ints, books: Books) -> None:
        if amount[year] == 0:
            return
        flows = books.money[:, :, year] @ signs()
        at, order = positions(), {pot: place for place, pot in enumerate(pots())}
        for pot, fund, scheme in POOLED:
            spent = _spent(books, year, pot)
            income = flows[..., order[pot]] + spent
            before = _income(books, year - 1, pot) if year else np.broadcast_to(base[pot], income.shape)
            pool = opened[..., order[fund]].sum(1)
            reserve = opened[..., order[pot]]
            if use.lever.pooling == "transfer":
                done = transfer(
                    income, spent, before.astype(np.int64), reserve, pool, share_in=float(amount[year]),
                    full_at_months=settings["full_at_months"], aid_share=settings["aid_share"],
                    within=settings["within"] or None,
                )  # fmt: skip
            elif use.lever.pooling == "unified":
                done = unified(income, spent, reserve, pool, local_share=settings["local_share"])
            else:
                risk = np.stack([_risk(plan, scheme, year) for plan in plans], axis=1)
                done = ex_ante(income, spent, reserve, pool, risk, strength=float(amount[year]))
            for line, fen in (("to_adjustment", done.paid_in), ("from_adjustment", done.aid)):
                counter = "from_region" if line == "to_adjustment" else "to_region"
                books.money[:, :, year, at[f"{pot}.{line}"]] += fen
                books.money[:, :, year, at[f"{fund}.{counter}"]] += fen

    return transfers


def _side(books: Books, year: int, pot: str, side: int) -> Ints:
    order = list(pots()).index(pot)
    mask = (signs()[:, order] == side).astype(np.int64)
    mask[positions()[f"{pot}.from_adjustment"]] = mask[positions()[f"{pot}.to_adjustment"]] = 0
    return np.asarray(books.money[:, :, year] @ mask)


def _spent(books: Books, year: int, pot: str) -> Ints:
    return _side(books, year, pot, -1)


def _income(books: Books, year: int, pot: str) -> Ints:
    """Income of the pot without what it had from the pool."""
    return _side(books, year, pot, 1)


def _risk(plan: Plan, scheme: str, year: int) -> npt.NDArray[np.float64]:
    assert plan.people is not None
    return plan.people.index("inpatient", scheme)[:, year + 1]


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
