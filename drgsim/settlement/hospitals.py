"""Hospital statements: months, retention, prepayment and clearing of every hospital with every fund."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from .clearing import clear_year
from .monthly import settle_months

if TYPE_CHECKING:
    import pandas as pd

    from ..payment.policy import Policy

FUND = ["care_region", "insurance"]
MONTHS_IN_A_YEAR = 12


def hospital_statements(
    rows: pd.DataFrame, flows: pd.DataFrame, policy_of: Callable[[str], Policy]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables in fen: a row for each hospital and insurance, and a row for each of its months.

    Parameters
    ----------
    rows : statistics, with the months; `flows` : what the funds owe hospitals at the settlement price.
    policy_of : the policy of a care region.
    """
    import pandas as pd

    years: list[pd.DataFrame] = []
    months: list[pd.DataFrame] = []
    for (region, insurance), own in rows.groupby(FUND, sort=True):
        mine = flows[(flows["care_region"] == region) & (flows["insurance"] == insurance)]
        owed = mine.groupby("hospital_id")[["settled", "fund_by_item"]].sum()
        year, month = _statements(own, owed, policy_of(str(region)))
        for table, tables in ((year, years), (month, months)):
            table.insert(0, "care_region", str(region))
            table.insert(1, "insurance", str(insurance))
            tables.append(table)
    return pd.concat(years, ignore_index=True), pd.concat(months, ignore_index=True)


def _statements(own: pd.DataFrame, owed: pd.DataFrame, policy: Policy) -> tuple[pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    monthly = own.pivot_table(
        index="hospital_id", columns="month", values="fund", aggfunc="sum", fill_value=0
    ).astype(np.int64)
    hospitals = monthly.index.to_numpy(dtype=object)
    settled, booked = (owed.loc[hospitals, name].to_numpy(np.int64) for name in ("settled", "fund_by_item"))
    paid = settle_months(monthly.to_numpy(), retention=policy["settlement.retention"])
    mean_month = np.maximum(booked, 0) / MONTHS_IN_A_YEAR
    prepayment = np.rint(policy["settlement.prepayment_months"] * mean_month).astype(np.int64)
    assessment = policy.column("settlement.assessment", len(hospitals), hospital=hospitals)
    cleared = clear_year(
        settled,
        booked,
        paid.paid.sum(axis=1) + prepayment,
        assessment=assessment,
        policy=policy,
    )
    year = pd.DataFrame(
        {
            "hospital_id": hospitals,
            "booked": cleared.booked,
            "entitlement": cleared.entitlement,
            "assessment_cut": cleared.assessment_cut,
            "sharing": cleared.sharing,
            "due": cleared.due,
            "paid_monthly": paid.paid.sum(axis=1),
            "retained": paid.retained.sum(axis=1),
            "prepayment": prepayment,
            "clearing": cleared.clearing,
        }
    )
    month = pd.DataFrame(
        {
            "hospital_id": np.repeat(hospitals, monthly.shape[1]),
            "month": np.tile(monthly.columns.to_numpy(dtype=object), len(hospitals)),
            "entitlement": monthly.to_numpy().ravel(),
            "retained": paid.retained.ravel(),
            "paid": paid.paid.ravel(),
            "carried": paid.carried.ravel(),
        }
    )
    return year, month
