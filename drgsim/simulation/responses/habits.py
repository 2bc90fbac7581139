"""What each stay faces under a policy, and what the cases show of habits: destinations, complications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...payment.engine.state import Route
from ...payment.engine.steps.low_outlier import LowOutlier
from .complications import Complications
from .frames import Floats, Ints, need

if TYPE_CHECKING:
    import pandas as pd

    from ...payment.faces.payments import Payments


PLACE = ("care_region", "hospital_id", "hospital_level")


@dataclass(frozen=True, eq=False)
class Destinations:
    """`table`: insured_region, care_region, hospital_id, hospital_level, stays; sorted, one row each."""

    table: pd.DataFrame

    @classmethod
    def learn(cls, cases: pd.DataFrame) -> Destinations:
        """Counted from all stays whose places are known."""
        need(cases, "referral", "insured_region", *PLACE[:2])
        keys = ["insured_region", *(name for name in PLACE if name in cases.columns)]
        rows = cases[keys].groupby(keys, sort=True, observed=True, dropna=True).size()
        return cls(rows.rename("stays").reset_index())

    def choose(self, regions: pd.Series, uniform: Floats, *, away: bool) -> tuple[Ints, pd.DataFrame]:
        """For insured of these regions a hospital away from, or at, home: as often as it is used.

        Returns the positions that have one, and their places, a row each. A region none of whose insured
        goes away (or stays at home) has none.
        """
        elsewhere = (self.table["insured_region"] != self.table["care_region"]).to_numpy(np.bool_)
        codes, names = regions.factorize(use_na_sentinel=True)
        found = np.full(len(regions), -1)
        for code, name in enumerate(names):
            asked = np.flatnonzero(codes == code)
            own = (self.table["insured_region"] == name).to_numpy(np.bool_)
            rows = np.flatnonzero((elsewhere == away) & own)
            if len(rows):
                until = np.cumsum(self.table["stays"].to_numpy()[rows])
                place = np.searchsorted(until, uniform[asked] * until[-1], side="right")
                found[asked] = rows[np.minimum(place, len(rows) - 1)]
        chosen = np.flatnonzero(found >= 0)
        places = [name for name in PLACE if name in self.table.columns]
        return chosen, self.table[places].iloc[found[chosen]]


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


@dataclass(frozen=True)
class Habits:
    """What was learned; None where it was not asked for."""

    destinations: Destinations | None = None
    complications: Complications | None = None

    @classmethod
    def learn(cls, cases: pd.DataFrame, *, destinations: bool = True, scheme: str | None = None) -> Habits:
        """From cases grouped by `scheme`; without a DRG scheme no complications are learned.

        Raises SimulationError when a column is missing.

        >>> from drgsim import synthetic_cases
        >>> Habits.learn(synthetic_cases(n=500, seed=1)).destinations is None
        False
        """
        return cls(
            Destinations.learn(cases) if destinations else None,
            Complications.learn(cases, scheme) if scheme is not None and is_drg(scheme) else None,
        )


def is_drg(scheme: str) -> bool:
    """Whether a scheme is one of DRGs, and not a DIP catalogue (`dip`, `dip:…`)."""
    return scheme.split(":")[0] != "dip"
