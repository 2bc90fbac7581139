"""What a table of statistics must be before anybody settles from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..settlement.statistics import KEYS, MEASURES, PARTS
from .exchange_errors import ExchangeError

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 10**17  # fen: no fund comes near it, and a hundred such rows still fit 64 bits
PAYERS = ("fund", "patient", "other_payers", "borne_by_hospital")


def check_table(table: pd.DataFrame, *, where: str) -> None:
    """Raises ExchangeError for the first thing that cannot be true of sums of stays."""
    measures = [name for name in MEASURES if name in table.columns or name not in PARTS]
    if list(table.columns) != [*KEYS, *measures]:
        raise ExchangeError("the table has other columns", got=list(table.columns), where=where)
    if (table[measures].abs() > LARGEST).any(axis=None):
        raise ExchangeError("an amount is impossibly large", where=where)
    faults = {
        "rows of the same keys": table.duplicated(list(KEYS)),
        "rows without a stay": table["cases"] < 1,
        "months that are none": ~table["month"].str.fullmatch(r"(\d{4}-(0[1-9]|1[0-2]))?"),
        "insurances that are unknown": ~table["insurance"].isin(["employee", "resident", ""]),
        "costs that their payers do not sum to": table["total_cost"] != table[list(PAYERS)].sum(axis=1),
    }
    for told, wrong in faults.items():
        if wrong.any():
            rows = [int(place) + 1 for place in wrong.to_numpy().nonzero()[0][:5]]
            raise ExchangeError(f"{int(wrong.sum()):,} {told}", got=f"rows {rows}", where=where)
