"""Results of the first format beside those of today: what means the same must be the same.

Since format 2 the fund's money holds what catastrophic insurance pays out of it, which the first format had
among other payers; what follows from the fund's money follows. Everything else is compared as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable

from .recorded_tables import Table

FIRST = 1
TOLD = "counts catastrophic insurance among the fund since format 2 自第2版大病保险计入基金"
_TOGETHER = ("fund", "other_payers")
_FOLLOWS = (
    "fund", "other_payers", "fund_change", "fund_change_share", "value", "cumulative", "digest",
    "inpatient_fund", "other_spending", "balance", "reserve", "reserve_months", "warning",
    *(f"{name}_{edge}" for name in ("inpatient_fund", "balance", "reserve") for edge in ("low", "high")),
    "low", "middle", "high",
)  # fmt: skip


def in_first_format(table: Table, columns: Iterable[str]) -> Table:
    """A table of today with the columns it had."""
    kept = [name for name in columns if name in table["columns"]]
    places = [table["columns"].index(name) for name in kept]
    return {"columns": kept, "rows": [[row[place] for place in places] for row in table["rows"]]}


def only_moved(stated: Table, found: Table, differing: set[str]) -> bool:
    """Whether the differing columns are those that moved, and fund and other payers together did not."""
    if not differing <= set(_FOLLOWS):
        return False
    if not set(_TOGETHER) <= set(stated["columns"]):
        return True
    places = [stated["columns"].index(name) for name in _TOGETHER]
    together = ([sum(row[place] for place in places) for row in table["rows"]] for table in (stated, found))
    return next(together) == next(together)
