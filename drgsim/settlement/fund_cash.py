"""The account of a fund day by day: what it opens with, what comes in, what hospitals and regions get."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..cases.arrays import read_labels, read_money
from ..errors import ColumnError
from .budgets import FUND
from .settlement_errors import SettlementError
from .timing import MONTHS_IN_A_YEAR


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
