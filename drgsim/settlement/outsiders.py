"""A region's point value with the patients of other regions in its pool, and what it would be without them.

Visitors bring what their own funds pay for them and take points. They raise the value of a point for locals
where they bring more money a point than it has, and lower it where they bring less (fund rules §1.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .budgets import FUND, budget_table, policy_by_region
from .settle import settlement_prices
from .statistics import FLOW, MEASURES, hospital_months

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from ..payment.faces.payments import Payments
    from ..policy.policy import Policy

_BORNE_HERE = {"fund": "fund_care_region", "sliding": "sliding_care_region"}


def outsiders(
    payments: Payments | pd.DataFrame,
    policy: Policy | str | Path | Mapping[str, Policy | str | Path],
    *,
    budgets: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Point values of each region with and without outsiders, other regions' funds unchanged.

    Parameters
    ----------
    payments, policy, budgets : as for `settle`.

    Returns
    -------
    DataFrame, one row a fund: region, insurance, visitors (stays of others' insured), visitors_fund (yuan
    their stays are paid at the budget point value), borne_here (yuan of it that this region's fund bears;
    its part of the gap is what `cross_region.theta` leaves), price and price_without (multiples of the budget
    point value, solved with its part of visitors and without), change (their difference). Where a value does
    not float, both are 1.

    Raises
    ------
    SettlementError, NotFoundError, ColumnError, as `settle`.
    """
    policy_of = policy_by_region(policy)
    known = None if budgets is None else budget_table(budgets)
    flows = hospital_months(payments).by(FLOW, MEASURES).frame()
    with_them = settlement_prices(flows, policy_of, known).set_index(FUND)["price"]
    alone = flows.assign(**{name: flows[name] - flows[part] for name, part in _BORNE_HERE.items()})
    alone = alone.assign(**dict.fromkeys(_BORNE_HERE.values(), np.int64(0)))
    without = settlement_prices(alone, policy_of, known).set_index(FUND)["price"]
    away = flows[flows["care_region"] != flows["insured_region"]]
    sums = away.groupby(["care_region", "insurance"])[["cases", "fund", "fund_care_region"]].sum()
    sums = sums.rename_axis(FUND).reindex(with_them.index, fill_value=0)
    table = with_them.to_frame().assign(
        price_without=without,
        change=with_them - without,
        visitors=sums["cases"],
        visitors_fund=sums["fund"] / 100,
        borne_here=sums["fund_care_region"] / 100,
    )
    order = ["visitors", "visitors_fund", "borne_here", "price", "price_without", "change"]
    return table[order].reset_index()
