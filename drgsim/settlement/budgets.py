"""Budgets: what each region's fund may spend on inpatient care in the year, employee and resident apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..cases.arrays import read_labels
from ..errors import ColumnError
from .settlement_errors import SettlementError

if TYPE_CHECKING:
    import pandas as pd

INSURANCES = ("employee", "resident")
FUND = ["region", "insurance"]


def budget_table(frame: pd.DataFrame) -> pd.DataFrame:
    """A checked budget table: region, insurance, budget (yuan) → the same with `budget` in whole fen.

    >>> import pandas as pd
    >>> budget_table(pd.DataFrame({"region": ["A"], "insurance": ["employee"], "budget": [1000.5]}))
      region insurance  budget
    0      A  employee  100050
    """
    missing = [name for name in (*FUND, "budget") if name not in frame.columns]
    if missing:
        raise ColumnError("a budget table lacks columns", got=missing, allowed=[*FUND, "budget"])
    unknown = sorted(set(frame["insurance"]) - set(INSURANCES))
    if unknown:
        raise SettlementError("a budget of an unknown insurance", got=unknown, allowed=INSURANCES)
    if frame.duplicated(FUND).any():
        twice = frame.loc[frame.duplicated(FUND), FUND].iloc[0].tolist()
        raise SettlementError("a fund has two budgets", got=twice)
    money = frame["budget"].to_numpy(np.float64)
    if not np.isfinite(money).all() or (money < 0).any():
        raise SettlementError(
            "a budget must be zero or more yuan", got=f"{int((~(money >= 0)).sum())} that are not"
        )
    table = frame[FUND].copy()
    table["region"] = read_labels(table, "region").words()  # a code read as a number is text all the same
    table["budget"] = np.rint(money * 100).astype(np.int64)
    return table.reset_index(drop=True)


def budget_from_income(frame: pd.DataFrame, *, reserve: float = 0.0) -> pd.DataFrame:
    """Spend what comes in (以收定支): income less a reserve, outpatient care and other uses.

    Parameters
    ----------
    frame : columns region, insurance, income, outpatient, other; yuan. What must stay for inpatient care
        outside the region belongs to `budget` and is paid from it at settlement.
    reserve : share of income kept back.
    """
    needed = [*FUND, "income", "outpatient", "other"]
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise ColumnError("an income table lacks columns", got=missing, allowed=needed)
    left = frame["income"] * (1 - reserve) - frame["outpatient"] - frame["other"]
    if (left < 0).any():
        raise SettlementError(
            "outpatient care and other uses exceed the income after reserve",
            got=f"{int((left < 0).sum())} funds",
        )
    return frame[FUND].assign(budget=left)


def grown_budget(frame: pd.DataFrame, growth: float) -> pd.DataFrame:
    """Last year's budget times one plus `growth`."""
    return frame[FUND].assign(budget=frame["budget"] * (1 + growth))
