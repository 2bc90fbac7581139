"""The hospitals that the insured of each region use, at home and away from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .frames import Floats, Ints, need

if TYPE_CHECKING:
    import pandas as pd

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
