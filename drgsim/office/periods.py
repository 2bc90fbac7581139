"""The months of a file of cases: this one, the one before, and the same of last year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd

_MONTHS = 12
_LEAST = 0.2  # of the busiest month: a month with fewer stays at the end of a file is not a whole one


def months_of(cases: pd.DataFrame) -> pd.Series:
    """The month of discharge of each case as a pandas Period; missing without a date."""
    import pandas as pd

    if "discharge_date" not in cases.columns:
        return pd.Series(pd.PeriodIndex([pd.NaT] * len(cases), freq="M"), index=cases.index)
    dates = pd.to_datetime(cases["discharge_date"], errors="coerce")
    return dates.dt.to_period("M")


def this_month(cases: pd.DataFrame, month: str | None) -> pd.Period | None:
    """The month asked for, else the last one of the file that is about whole; None without dates.

    Raises ArgumentError for a month that is none, or that the file does not have.
    """
    import pandas as pd

    counts = months_of(cases).value_counts().sort_index()
    if month is not None:
        try:
            asked = pd.Period(month, freq="M")
        except ValueError:
            raise ArgumentError("not a month", got=month, allowed="such as 2025-03") from None
        if asked not in counts.index:
            raise ArgumentError(
                "no stay was discharged in this month",
                got=month,
                allowed=[str(each) for each in counts.index],
            )
        return asked
    if not len(counts):
        return None
    whole = counts[counts >= _LEAST * counts.max()]
    return whole.index[-1]


def of_month(cases: pd.DataFrame, month: pd.Period | None) -> pd.DataFrame:
    """The cases discharged in a month; all of them for None."""
    if month is None:
        return cases
    return cases[np.asarray(months_of(cases) == month)]


def before(month: pd.Period | None) -> dict[str, pd.Period]:
    """The months to set beside this one."""
    return {} if month is None else {"last_month": month - 1, "year_ago": month - _MONTHS}
