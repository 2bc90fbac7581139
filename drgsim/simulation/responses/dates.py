"""Days added to dates of the case table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .frames import Floats

if TYPE_CHECKING:
    import pandas as pd


def days(counts: Floats) -> npt.NDArray[np.timedelta64]:
    """Whole days, to be added to dates."""
    return counts.astype(np.int64).astype("timedelta64[D]").astype("timedelta64[s]")


def days_into_next_year(dates: Any, later: Floats) -> Floats:
    """By how many days each date, so many days later, lies past its own year; 0 for a missing date."""
    import pandas as pd

    own: pd.Series = pd.Series(dates)
    left = (pd.to_datetime({"year": own.dt.year, "month": 12, "day": 31}) - own.dt.normalize()).dt.days
    return np.nan_to_num(np.maximum(later - left.to_numpy(np.float64, na_value=np.nan), 0.0))
