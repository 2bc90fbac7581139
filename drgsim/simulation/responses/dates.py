"""Days added to dates of the case table."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .frames import Floats


def days(counts: Floats) -> npt.NDArray[np.timedelta64]:
    """Whole days, to be added to dates."""
    return counts.astype(np.int64).astype("timedelta64[D]").astype("timedelta64[s]")


def kept_in_year(dates: Any, first: Floats, last: Floats) -> Floats:
    """Days by which all that happens `first` to `last` days after a date moves to lie in the date's own year.

    Earlier (negative) where the last would lie in the next year, later where the first would lie in the one
    before; 0 for a missing date.

    >>> import pandas as pd
    >>> dates = pd.to_datetime(["2025-12-30", "2025-01-03", "2025-06-01"])
    >>> kept_in_year(dates, np.full(3, -5.0), np.full(3, 4.0)).tolist()
    [-3.0, 3.0, 0.0]
    """
    day = pd.Series(dates).dt.day_of_year.to_numpy(np.float64, na_value=np.nan)
    length = np.where(pd.Series(dates).dt.is_leap_year, 366.0, 365.0)
    over, under = np.maximum(day + last - length, 0.0), np.maximum(1.0 - day - first, 0.0)
    return np.nan_to_num(np.where(over > 0, -over, under))
