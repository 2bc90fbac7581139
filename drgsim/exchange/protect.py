"""Cells too small to hand on: pooled inside their hospital, so that every sum that settles stays as it is.

A row of fewer than k stays is pooled with others. One pooled row alone could be found again by taking the
rest from a total that was published elsewhere; therefore at least two are pooled, and until k stays stand
together, and no month and no group is pooled in one hospital alone where others have it: the total of that
month or group would give it back (complementary suppression). Months are pooled first (`month` becomes
empty: such stays wait for the clearing), then groups (`*`).

A table pooled at one k and the same table pooled at another give pooled cells back by their difference: a
period is handed on once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import ArgumentError
from ..settlement.statistics import FLOW, HOSPITAL_MONTH, merge_statistics

POOLED_GROUP, POOLED_MONTH = "*", ""
FEWEST = 2  # cells in a pool


@dataclass(frozen=True)
class Protected:
    """Statistics with small cells pooled.

    Attributes
    ----------
    frame : the table; sums by care region, insured region, insurance and hospital are those of the original
    k : the fewest stays a row may stand for
    small : rows that still stand for fewer: a hospital had no more of these stays in the whole year
    months, groups : how many rows lost their month, or their group
    """

    frame: pd.DataFrame
    k: int
    small: pd.DataFrame
    months: int
    groups: int

    def summary(self) -> pd.DataFrame:
        """One row: rows, k, rows pooled by month and by group, rows still too small."""
        counts = {"rows": len(self.frame), "k": self.k, "months_pooled": self.months}
        return pd.DataFrame([{**counts, "groups_pooled": self.groups, "still_small": len(self.small)}])


def protect(table: pd.DataFrame, k: int = 10) -> Protected:
    """Pool the rows of fewer than `k` stays.

    Parameters
    ----------
    table : sufficient statistics (`drgsim.settlement.statistics`)
    k : the threshold, 2 or more. 10 is an assumption; no national rule was found that sets one.

    Returns
    -------
    Protected. What settles the year of every fund and hospital is unchanged to the fen; which month a pooled
    stay belonged to is not known any more, so monthly payments move into the clearing.

    Raises ArgumentError for another `k`, ColumnError when the table is none of statistics.

    >>> import pandas as pd
    >>> from drgsim.settlement.statistics import KEYS, MEASURES
    >>> row = {**dict.fromkeys(KEYS, "x"), **dict.fromkeys(MEASURES, 0), "month": "2024-01"}
    >>> rows = [{**row, "group": group, "cases": cases} for group, cases in (("A", 3), ("B", 20), ("C", 40))]
    >>> protect(pd.DataFrame(rows)).frame[["group", "cases"]].to_numpy().tolist()
    [['*', 23], ['C', 40]]
    """
    whole_number(k)
    whole = merge_statistics([table])
    by_month = whole.groupby(list(HOSPITAL_MONTH), sort=True)["cases"].sum().reset_index()
    by_month["pooled"] = _pooled(by_month, list(FLOW), "month", k)
    hidden = whole.merge(by_month.drop(columns="cases"), on=list(HOSPITAL_MONTH), how="left")["pooled"]
    months = int((hidden & (whole["month"] != POOLED_MONTH)).sum())
    whole = merge_statistics([whole.assign(month=whole["month"].mask(hidden.to_numpy(), POOLED_MONTH))])
    pooled = _pooled(whole, list(HOSPITAL_MONTH), "group", k)
    groups = int((pooled & (whole["group"] != POOLED_GROUP)).sum())
    whole = merge_statistics([whole.assign(group=whole["group"].mask(pooled, POOLED_GROUP))])
    return Protected(whole, k, small_cells(whole, k), months, groups)


def whole_number(k: int) -> None:
    """Raises ArgumentError unless `k` is a threshold."""
    if isinstance(k, bool) or not isinstance(k, int) or k < 2:
        raise ArgumentError("k must be a whole number of 2 or more", got=k)


def small_cells(table: pd.DataFrame, k: int = 10) -> pd.DataFrame:
    """The rows of fewer than `k` stays, keys and cases."""
    return table.loc[table["cases"] < k, [*HOSPITAL_MONTH, "group", "cases"]].reset_index(drop=True)


def _pooled(table: pd.DataFrame, within: list[str], cell: str, k: int) -> npt.NDArray[np.bool_]:
    """Which rows are pooled, inside each combination of `within`: the small ones, then the next smallest
    until FEWEST rows and k stays are together; and no `cell` in one hospital only, where more have it."""
    # ties by the row's place: the tables are sorted by their keys, so the choice depends on nothing else
    place = np.arange(len(table))
    order = table.assign(place=place).sort_values([*within, "cases", "place"], kind="stable")
    cases = order["cases"]
    row = order.groupby(within, sort=False).ngroup()
    across = [name for name in (*within, cell) if name != "hospital_id"]
    column = order.groupby(across, sort=False).ngroup()
    hidden = cases < k
    while True:
        # inside a hospital: what is hidden, then the smallest of the rest, until enough stand together
        first = (~hidden).groupby(row).cumsum()  # 1 for the smallest that is shown, 2 for the next
        together = hidden.groupby(row).transform("sum")
        stays = cases.where(hidden, 0).groupby(row).transform("sum")
        before = cases.where(~hidden, 0).groupby(row).cumsum() - cases  # of those shown
        enough = (together + first - 1 >= FEWEST) & (stays + before >= k)
        more = ~hidden & (together > 0) & ~enough
        if more.any():
            hidden |= more
            continue
        # across hospitals: where one alone hides it, the smallest of the others, first of those that hide
        alone = hidden.groupby(column).transform("sum").eq(1) & ~hidden
        others = order.assign(column=column, bare=together.eq(0))[alone]
        chosen = others.sort_values(["column", "bare", "cases", "place"]).drop_duplicates("column").index
        if chosen.empty:
            break
        hidden |= order.index.isin(chosen)
    result = np.zeros(len(table), dtype=bool)
    result[order["place"].to_numpy()] = hidden.to_numpy()
    return result
