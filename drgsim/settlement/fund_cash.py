"""The funds' side of cash: accounts day by day, whether they may prepay, and what regions pay each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..cases.arrays import read_labels, read_money
from ..errors import ArgumentError, ColumnError
from .budgets import FUND, INSURANCES
from .region_prepayments import PAIR
from .settlement_errors import SettlementError
from .timing import MONTHS_IN_A_YEAR, Timing, WorkingDays, last_day

if TYPE_CHECKING:
    from ..policy.policy import Policy
    from ..policy.reading import Readable
    from .region_prepayments import RegionPrepayments


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


COLUMNS = ["region", "insurance", "date", "amount"]


def region_payments(
    lent: RegionPrepayments, policy_of: Callable[[str], Policy], year: int, days: WorkingDays
) -> pd.DataFrame:
    """region, insurance, date, amount (fen; negative for who pays): two rows a payment, so all sum to 0.

    The insured region's policy sets the days: it pays. Months are cleared by their last working day.
    """
    if lent.months.empty:
        return pd.DataFrame(columns=COLUMNS)
    payers = sorted(set(lent.months["insured_region"].astype(str)))
    lent_on = {region: _lent_by(policy_of(region), year, days) for region in payers}
    cleared_on = {region: Timing.read(policy_of(region)).cleared_by(year, days) for region in payers}
    first = lent.months.drop_duplicates(PAIR)
    rest = lent.rest.reset_index()
    months = lent.months["month"].to_numpy(dtype=object).astype("datetime64[M]")
    parts = [
        _dated(first, "prepaid", first["insured_region"].map(lent_on).to_numpy()),
        _dated(lent.months, "cleared", days.on_or_before(last_day(months))),
        _dated(rest, "rest", rest["insured_region"].map(cleared_on).to_numpy()),
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table[table["amount"] != 0]
    sides = [
        table.rename(columns={"care_region": "region"}),
        table.rename(columns={"insured_region": "region"}).assign(amount=-table["amount"]),
    ]
    return pd.concat([side[COLUMNS] for side in sides], ignore_index=True)


def _dated(table: pd.DataFrame, amount: str, date: Any) -> pd.DataFrame:
    kept = table[[*PAIR, amount]].rename(columns={amount: "amount"})
    return kept.assign(date=np.asarray(date, "datetime64[s]"))


def _lent_by(policy: Policy, year: int, days: WorkingDays) -> Any:
    month = policy["cross_region.prepayment.paid_month"]
    if month is None:
        raise SettlementError(
            "the policy does not say when regions prepay each other",
            got="cross_region.prepayment.paid_month: null",
            do='set it, or take national values with policy.including("cash-timing")',
        )
    return days.on_or_before(last_day(np.datetime64(f"{year}-01", "M") + int(month) - 1))


def fund_cash(
    payments: pd.DataFrame,
    funds: pd.DataFrame | None,
    year: int,
    between: pd.DataFrame | None = None,
    catastrophic: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The days on which the account of each of `funds` moves.

    Parameters
    ----------
    payments : care_region, insurance, date, amount (fen) paid to hospitals.
    funds : region, insurance, opening and perhaps income, yuan; None gives an empty table.
    between : region, insurance, date, amount (fen) from other regions, negative for what is paid to them.
    catastrophic : the same columns: what the fund pays as catastrophic insurance beside the case payment.

    Returns
    -------
    DataFrame: region, insurance, date, income, paid (to hospitals), catastrophic, regions (from other
    regions, net), cash at the end of the day; fen.

    Raises ColumnError for lacking columns, SettlementError for a fund given twice or without an amount.
    """
    columns = [*FUND, "date", "income", "paid", "catastrophic", "regions", "cash"]
    if funds is None:
        return pd.DataFrame(columns=columns)
    missing = [name for name in (*FUND, "opening") if name not in funds.columns]
    if missing:
        raise ColumnError(
            "a table of fund cash lacks columns", got=missing, allowed=[*FUND, "opening", "income"]
        )
    if funds.duplicated(FUND).any():
        raise SettlementError("a fund opens twice", got=f"{int(funds.duplicated(FUND).sum())} rows too many")
    opening, income = read_money(funds, "opening"), read_money(funds, "income")
    lacking = 0 if opening.known is None else int((~opening.known).sum())
    if lacking:
        raise SettlementError("a fund needs an opening balance", got=f"{lacking} funds without one")
    first_days = (np.datetime64(f"{year}-01", "M") + np.arange(MONTHS_IN_A_YEAR)).astype("datetime64[s]")
    regions, insurances = (read_labels(funds, name).words() for name in FUND)
    tables = []
    for region, insurance, start, total in zip(regions, insurances, opening.fen, income.fen, strict=True):
        paid = _by_day(payments, "care_region", region, insurance)
        coming = pd.Series(allocate(int(total), np.ones(MONTHS_IN_A_YEAR)), index=first_days)
        moved = {"income": coming[coming != 0], "paid": paid}
        if between is not None:
            moved["regions"] = _by_day(between, "region", region, insurance)
        if catastrophic is not None:
            moved["catastrophic"] = _by_day(catastrophic, "region", region, insurance)
        days = np.unique(
            np.concatenate([first_days[:1], *(each.index.to_numpy() for each in moved.values())])
        )
        table = pd.DataFrame({"date": days})
        table.insert(0, "insurance", insurance)
        table.insert(0, "region", region)
        for name in ("income", "paid", "catastrophic", "regions"):
            amounts = moved.get(name, paid[:0])
            table[name] = amounts.reindex(days, fill_value=0).to_numpy(np.int64)
        out = table["paid"] + table["catastrophic"]
        table["cash"] = int(start) + (table["income"] - out + table["regions"]).cumsum()
        tables.append(table)
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def _by_day(payments: pd.DataFrame, key: str, region: str, insurance: str) -> pd.Series:
    own = payments[(payments[key] == region) & (payments["insurance"] == insurance)]
    sums = own.groupby("date")["amount"].sum()
    sums.index = pd.DatetimeIndex(sums.index).as_unit("s")
    return sums


Ints = npt.NDArray[np.int64]


def allocate(total: int, weights: npt.NDArray[np.int64] | npt.NDArray[np.float64]) -> Ints:
    """Split `total` fen in proportion to `weights`, by largest remainder; ties go to the earlier part.

    Parameters
    ----------
    total : int, fen; may be negative.
    weights : (n,) not negative, with a positive sum unless `total` is 0.

    Returns
    -------
    (n,) int64 fen, summing to `total` exactly.

    >>> allocate(100, np.array([1, 1, 1]))
    array([34, 33, 33])
    """
    if total == 0 or len(weights) == 0:
        if total:
            raise SettlementError("money to share and nobody to share it with", got=total)
        return np.zeros(len(weights), np.int64)
    whole = float(np.sum(weights))
    if not whole > 0 or np.min(weights) < 0:
        raise SettlementError("shares must be zero or more and not all zero", got=f"sum of shares {whole}")
    sign, amount = (1, total) if total > 0 else (-1, -total)
    exact = np.asarray(weights, np.float64) * (amount / whole)
    parts = np.floor(exact).astype(np.int64)
    missing = amount - int(parts.sum())
    order = np.argsort(-(exact - parts), kind="stable")
    if missing >= 0:
        parts[order[:missing]] += 1
    else:  # the floor of a product rounded up can exceed the whole by a few fen
        parts[order[::-1][:-missing]] -= 1
    return sign * parts
