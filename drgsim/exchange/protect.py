"""Cells too small to hand on: pooled inside their hospital, so that every sum that settles stays as it is.

A row of fewer than k stays is pooled with others. One pooled row alone could be found again by taking the
rest from a total that was published elsewhere; therefore at least two are pooled, and until k stays stand
together. Then it is looked what an outsider finds with totals over hospitals, months, groups, regions or
insurances, of one kind or of all kinds solved together, and more is pooled until he finds no small cell
(complementary suppression). Months are pooled first (`month` becomes empty: such stays wait for the
clearing), then groups (`*`).

A period is handed on once: pooled at another k, its cells come back by the difference of the two tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import ArgumentError
from ..settlement.statistics import FLOW, HOSPITAL_MONTH, KEYS, merge_statistics
from .recover import Flags, recovered, smallest_beside, totals_over

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
    found : small cells totals still give back: by sums that settle a hospital, or by pools that cannot grow
    """

    frame: pd.DataFrame
    k: int
    small: pd.DataFrame
    months: int
    groups: int
    found: int

    def summary(self) -> pd.DataFrame:
        """One row: rows, k, rows pooled by month and by group, rows too small, cells found all the same."""
        counts = {"rows": len(self.frame), "k": self.k, "months_pooled": self.months}
        left = {"still_small": len(self.small), "still_found": self.found}
        return pd.DataFrame([{**counts, "groups_pooled": self.groups, **left}])


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
    cells = whole[[*KEYS, "cases"]]
    months_of = whole.groupby(list(HOSPITAL_MONTH), sort=True)
    by_month = months_of["cases"].sum().reset_index()
    pooled, found = _pooled(by_month, np.arange(len(by_month)), by_month, HOSPITAL_MONTH, list(FLOW), k)
    hidden = pooled[month_of := months_of.ngroup().to_numpy()]
    months = int((hidden & (whole["month"] != POOLED_MONTH)).sum())
    whole = whole.assign(month=whole["month"].mask(hidden, POOLED_MONTH))
    place = whole.groupby(list(KEYS), sort=True).ngroup().to_numpy()
    whole = merge_statistics([whole])
    pooled, also = _pooled(whole, place, cells, KEYS, list(HOSPITAL_MONTH), k)
    groups = int((pooled & (whole["group"] != POOLED_GROUP)).sum())
    found[month_of[also]] = False  # a month whose cell is counted
    whole = merge_statistics([whole.assign(group=whole["group"].mask(pooled, POOLED_GROUP))])
    return Protected(whole, k, small_cells(whole, k), months, groups, int(found.sum() + also.sum()))


def whole_number(k: int) -> None:
    """Raises ArgumentError unless `k` is a threshold."""
    if isinstance(k, bool) or not isinstance(k, int) or k < 2:
        raise ArgumentError("k must be a whole number of 2 or more", got=k)


def small_cells(table: pd.DataFrame, k: int = 10) -> pd.DataFrame:
    """The rows of fewer than `k` stays, keys and cases."""
    return table.loc[table["cases"] < k, [*HOSPITAL_MONTH, "group", "cases"]].reset_index(drop=True)


def _pooled(
    rows: pd.DataFrame,
    place: npt.NDArray[np.integer[Any]],
    cells: pd.DataFrame,
    keys: Sequence[str],
    within: list[str],
    k: int,
) -> tuple[Flags, Flags]:
    """Which rows are pooled inside each combination of `within`, and which small cells are found although
    nothing more can be pooled. `place` is the row that each cell is in."""
    cases = cells["cases"].to_numpy(np.int64)
    flow = cells.groupby(list(FLOW))["cases"].transform("sum").to_numpy()
    across = sorted(keys, key=lambda key: key not in within)  # the hospital's own other rows come last
    lines = [totals_over(cells, keys, key, 0) for key in across]
    totals = [totals_over(cells, keys, key, k) for key in keys]
    known_totals = [*([each] for each in totals), totals]  # of one kind, and of all kinds together
    inside = rows.groupby(within).ngroup().to_numpy(np.int64)
    small = (cases < k) & (flow >= k)
    # what totals give with the sums that pooling keeps it cannot hide
    asked = [small & ~recovered([inside[place], *each]) for each in known_totals]
    hidden = rows["cases"].to_numpy() < k
    while True:
        hidden = _enough(rows, within, hidden, k)
        row = np.where(hidden, inside, len(rows) + np.arange(len(rows)))[place].astype(np.int64)
        again = [recovered([row, *each]) for each in known_totals]
        found = np.logical_or.reduce(np.logical_and(asked, again))
        chosen = smallest_beside(lines, cases, ~hidden[place])
        more = place[chosen[found & (chosen >= 0)]]
        if not len(more):  # told is all that follows and would not without this table
            told = [small & known & ~recovered(each) for known, each in zip(again, known_totals, strict=True)]
            return hidden, np.logical_or.reduce(told)
        hidden[more] = True


def _enough(rows: pd.DataFrame, within: list[str], hidden: Flags, k: int) -> Flags:
    """The hidden rows, and in each combination the next smallest until FEWEST and k stays are together."""
    # ties by the row's place: the rows are sorted by their keys, so the choice depends on nothing else
    order = rows.reset_index(drop=True).assign(shown=~hidden, place=np.arange(len(rows)))
    order = order.sort_values([*within, "shown", "cases", "place"])
    group = order.groupby(within, sort=False)
    stays = group["cases"].cumsum() - order["cases"]  # of those before it
    needed = ~group["shown"].transform("all") & ((group.cumcount() < FEWEST) | (stays < k))
    return np.array((~order["shown"] | needed).sort_index(), dtype=bool)
