"""May a fund prepay its hospitals? Only with months of reserve in hand and no deficit (fund rules §2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ArgumentError
from .budgets import INSURANCES
from .settlement_errors import SettlementError
from .timing import MONTHS_IN_A_YEAR

if TYPE_CHECKING:
    from ..policy.reading import Readable


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a fund may prepay, and the first reason why not: "", `reserve`, `deficit`, `forecast`."""

    open: bool
    reason: str
    reserve_months: float
    needed_months: float | None

    def __bool__(self) -> bool:
        return self.open


def prepayment_gate(
    policy: Readable,
    insurance: str,
    *,
    reserve: float,
    spending: float,
    last_balance: float,
    forecast_balance: float = 0.0,
) -> Gate:
    """Whether a fund may prepay hospitals.

    Parameters
    ----------
    policy : reads `settlement.prepayment_gate.*`; a policy that sets none leaves the gate open.
    insurance : employee or resident.
    reserve, spending : yuan; the pooled fund's cumulative balance, and what it spends in a year.
    last_balance, forecast_balance : yuan; income less spending of last year, and of the next 12 months.

    >>> from drgsim import Policy
    >>> gate = prepayment_gate(Policy.load("national-drg-rate"), "resident", reserve=4.9, spending=10,
    ...                        last_balance=1)
    >>> gate.open, gate.reason, round(gate.reserve_months, 2)
    (False, 'reserve', 5.88)
    """
    if insurance not in INSURANCES:
        raise ArgumentError("no such insurance", got=insurance, allowed=INSURANCES, nearest=INSURANCES)
    if not spending > 0:
        raise SettlementError(
            "months of reserve need a positive yearly spending", got=f"{spending:,.2f} yuan"
        )
    months = reserve * MONTHS_IN_A_YEAR / spending
    held, spent = round(reserve * 100), round(spending * 100)  # whole fen: the edge itself is exact
    needed = policy.number("settlement.prepayment_gate.reserve_months", insurance=insurance)
    strict = bool(policy["settlement.prepayment_gate.no_deficit"])
    reason = ""
    if needed is not None and held * MONTHS_IN_A_YEAR < needed * spent:
        reason = "reserve"
    elif strict and last_balance < 0:
        reason = "deficit"
    elif strict and forecast_balance < 0:
        reason = "forecast"
    return Gate(not reason, reason, months, needed)
