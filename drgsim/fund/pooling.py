"""Provincial pooling inside a valuation: each year, by scheme, what regions pay in and are given.

The modes are those of `drgsim.settlement.pooling`; a scenario uses at most one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..settlement.pooling import ex_ante, transfer, unified
from .fund_errors import FundError
from .ledger import FEN, Books, Transfers, positions, signs
from .lever import Use
from .plan import Plan
from .pots import pots

Ints = npt.NDArray[np.int64]

SCHEMES = (
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
        for pot, _, _ in SCHEMES
    }

    def transfers(year: int, opened: Ints, books: Books) -> None:
        if amount[year] == 0:
            return
        flows = books.money[:, :, year] @ signs()
        at, order = positions(), {pot: place for place, pot in enumerate(pots())}
        for pot, fund, scheme in SCHEMES:
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
