"""What a projection starts from: income, other spending and reserve of the funds, given or derived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...errors import ColumnError
from ...published import Figure, series
from ...settlement.budgets import FUND, INSURANCES
from ...settlement.timing import MONTHS_IN_A_YEAR
from ..scenario_errors import SimulationError
from .cells import Fund

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

COLUMNS = ("income", "other_spending", "reserve")
# published income and expenditure of each insurance's pooled fund; a resident fund has no accounts
POOLED = {
    "employee": ("pooled_income", "pooled_expenditure"),
    "resident": ("fund_income", "fund_expenditure"),
}


@dataclass(frozen=True, slots=True)
class Opening:
    """The funds of the base year, (funds,) fen: income, other spending, and the reserve when it ends.

    `state` is `read` for the caller's own table and `assumed` for national proportions; zh and en say so.
    """

    income: Floats
    other_spending: Floats
    reserve: Floats
    zh: str
    en: str
    state: str
    sources: tuple[str, ...] = ()


def reserve_months(reserve: Floats, spending: Floats) -> Floats:
    """Months of a year's spending that are in reserve; NaN where nothing is spent.

    Three published examples: a city of 2013, the country of 2012, employees' pooled funds of 2024.

    >>> reserve, spending = np.array([22.48, 4947.0, 30445.5]), np.array([15.67, 5544.0, 13222.71])
    >>> reserve_months(reserve, spending).round(1).tolist()
    [17.2, 10.7, 27.6]
    """
    months = np.full(np.broadcast(reserve, spending).shape, np.nan)
    return np.divide(reserve * MONTHS_IN_A_YEAR, spending, out=months, where=spending > 0)


def given_opening(table: pd.DataFrame, funds: Sequence[Fund]) -> Opening:
    """The caller's table (region, insurance, income, other_spending, reserve; yuan) for `funds`.

    Raises ColumnError or SimulationError (a fund without a row or with two, money that is no number).
    """
    needed = [*FUND, *COLUMNS]
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise ColumnError("a table of funds lacks columns", got=missing, allowed=needed)
    keyed = table.assign(region=table["region"].astype(str), insurance=table["insurance"].astype(str))
    if keyed.duplicated(FUND).any():
        twice = keyed.loc[keyed.duplicated(FUND), FUND].iloc[0].tolist()
        raise SimulationError("a fund stands twice", got="/".join(twice))
    rows = {fund: row for row, fund in enumerate(zip(keyed["region"], keyed["insurance"], strict=True))}
    lacking = [fund for fund in funds if fund not in rows]
    if lacking:
        raise SimulationError("a fund has no row", got="/".join(lacking[0]))
    money = keyed[list(COLUMNS)].to_numpy(np.float64)[[rows[fund] for fund in funds]]
    if not np.isfinite(money).all():
        raise SimulationError("a fund's money is not a number", got=f"{(~np.isfinite(money)).sum()} values")
    negative = int((money[:, :2] < 0).sum())  # a reserve may be a debt
    if negative:
        raise SimulationError(
            "income and other spending of a fund must be zero or more yuan",
            got=f"{negative} that are not",
            where="table of funds",
        )
    fen = np.rint(money * 100)
    return Opening(fen[:, 0], fen[:, 1], fen[:, 2], "用户提供的基金数据", "the funds as given", "read")


def derived_opening(funds: Sequence[Fund], cost: Floats, spent: Floats, year: int) -> Opening:
    """Funds in the country's proportions to inpatient cost, (funds,) fen.

    Income and all spending for each yuan of inpatient cost are the country's of the nearest published year;
    other spending is what the inpatient fund leaves of all spending; the reserve is as many months of
    spending as the country's. A proportion of the country says nothing about one region: all assumed.
    """
    kinds = [INSURANCES.index(each) for _, each in funds]
    per_cost = np.array([[_ratio(each, side, year) for side in (0, 1)] for each in INSURANCES])[kinds]
    months = np.array([_near("reserve_months", each, year).amount for each in INSURANCES])[kinds]
    other = np.maximum(np.rint(cost * per_cost[:, 1]) - spent, 0.0)
    reserve = np.rint((spent + other) * months / MONTHS_IN_A_YEAR)
    used = [
        _near(name, each, year)
        for each in INSURANCES
        for name in (*POOLED[each], "inpatient_cost", "reserve_months")
    ]
    years = sorted({figure.year for figure in used})
    return Opening(
        np.rint(cost * per_cost[:, 0]),
        other,
        reserve,
        f"按全国{'、'.join(map(str, years))}年基金与住院费用之比推算",
        f"by the country's proportions of fund to inpatient cost, {', '.join(map(str, years))}",
        "assumed",
        tuple(sorted({figure.source for figure in used})),
    )


def _ratio(insurance: str, side: int, year: int) -> float:
    """Income (0) or spending (1) of the country's funds for each yuan of inpatient cost."""
    money = _near(POOLED[insurance][side], insurance, year)
    return money.amount / _near("inpatient_cost", insurance, money.year).amount


def _near(measure: str, insurance: str, year: int) -> Figure:
    years = series(measure, insurance=insurance)
    return years[min(years, key=lambda each: (abs(each - year), -each))]
