"""The age band of each stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...synthetic.bands import bands
from .sums import Key

if TYPE_CHECKING:
    import pandas as pd

AGE_BAND = "age_band"


def age_bands(cases: pd.DataFrame) -> Key:
    """Code of each stay's band (−1 where the age is not known), and the bands' ids.

    Completed years decide, and days (`age_days`) in the first year where they are known.

    >>> import pandas as pd
    >>> codes, names = age_bands(pd.DataFrame({"age": [0, 40, None], "age_days": [3, None, None]}))
    >>> names[codes[0]], names[codes[1]], int(codes[2])
    ('newborn', 'adult', -1)
    """
    if "age" not in cases.columns:
        return np.full(len(cases), -1), np.array([band.id for band in bands()], dtype=object)
    age = cases["age"].to_numpy(dtype=np.float64, na_value=np.nan)
    codes = np.full(len(cases), -1)
    for code, band in enumerate(bands()):
        if not band.is_under_one:
            codes[age >= band.age_from] = code  # from young to old, so that the last one has no end
    young = [code for code, band in enumerate(bands()) if band.is_under_one]
    if young:
        days = (
            cases["age_days"].to_numpy(dtype=np.float64, na_value=np.nan)
            if "age_days" in cases.columns
            else np.full(len(cases), np.nan)
        )
        first_year = (age == 0) | (np.isnan(age) & ~np.isnan(days))
        codes[first_year & (codes < 0)] = young[-1]
        for code in young:
            band = bands()[code]
            if band.days_from is not None and band.days_to is not None:
                codes[first_year & (days >= band.days_from) & (days <= band.days_to)] = code
    return codes, np.array([band.id for band in bands()], dtype=object)
