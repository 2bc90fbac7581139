"""What regions pay each other, by day: prepayment, months cleared, and the rest at the annual clearing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .region_prepayments import PAIR
from .settlement_errors import SettlementError
from .timing import Timing, last_day
from .working_days import WorkingDays

if TYPE_CHECKING:
    from ..policy.policy import Policy
    from .region_prepayments import RegionPrepayments

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
