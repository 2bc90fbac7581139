"""What each stay faces under a policy: the columns that responses look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...payment.engine.state import Route
from ...payment.engine.steps.low_outlier import LowOutlier

if TYPE_CHECKING:
    import pandas as pd

    from ...payment.faces.payments import Payments

FACED = ("weight", "standard", "ratio")


def facing(payments: Payments) -> pd.DataFrame:
    """The cases that were paid, with what each stay faces.

    Returns
    -------
    DataFrame: the grouped case table with `weight`, `standard` (yuan), `ratio` (cost over the outlier basis,
    NaN outside the scheme), `outlier` ("" or low_outlier, high_outlier, high_over_quota, extreme_outlier) and
    `low_outlier_cost` (yuan: a total cost below it makes the stay a low outlier; NaN where none is known).
    A stay without a price has NaN.
    """
    frame = payments.frame
    found = payments.findings
    inside = found.route == Route.SCHEME
    faced = {name: np.where(inside, frame[name], np.nan) for name in FACED}
    names = frame["outlier"].astype(str).map(OUTLIERS)
    return payments.stays.frame.assign(
        **faced, outlier=names.array, low_outlier_cost=_low_outlier_cost(payments)
    )


OUTLIERS = {
    "none": "",
    "low": "low_outlier",
    "high": "high_outlier",
    "high_over_quota": "high_over_quota",
    "extreme": "extreme_outlier",
}


def _low_outlier_cost(payments: Payments) -> np.ndarray:
    """(n,) yuan. What was carved out counts on top: the threshold looks at the rest."""
    limit = np.full(len(payments), np.nan)
    found = payments.findings
    for walk in payments.walks:
        rule = next((step for step in walk.steps if isinstance(step, LowOutlier)), None)
        if rule is None:
            continue
        state = walk.state
        rows = state.in_scheme(state.ratio > 0)
        threshold = rule.threshold.at(state.profile[rows], state.weight[rows])
        yuan = (threshold * state.cost[rows] / state.ratio[rows] + state.carved_out[rows]) / 100.0
        own = np.full(len(state), np.nan)
        own[rows] = yuan
        limit[walk.place.rows] = own
    limit[found.problem != 0] = np.nan
    return limit
