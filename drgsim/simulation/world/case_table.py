"""The cases as a simulation reads them: what it cannot do without is asked for before anything runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...cases.arrays import read_labels
from ...errors import ColumnError
from ...payment.engine.grouped import as_frame
from ...settlement.statistics import Words
from ...synthetic.targets import bands
from ..scenario_errors import SimulationError
from .sums import Key

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


# column -> what it is for; each is asked for together with the others, not one after another
NEEDED = {
    "total_cost": "what a stay cost, yuan",
    "insurance": "employee or resident: whose fund pays",
    "discharge_date": "the year and month of a stay",
}
DATE = "discharge_date"
CARE, INSURED = "care_region", "insured_region"


def case_table(cases: Any) -> pd.DataFrame:
    """A table of cases with dates as dates, and each region stated where the other is.

    A stay of which only one region is known was treated where it is insured, as in a settlement. The input
    is never changed.

    Raises
    ------
    SimulationError (no cases), ColumnError (columns a simulation cannot do without, all of them named).
    """
    frame = as_frame(cases)
    if not len(frame):
        raise SimulationError("there is nothing to simulate", got="0 cases")
    missing = [name for name in NEEDED if name not in frame.columns]
    if missing:
        raise ColumnError(
            "the cases lack columns a simulation needs",
            got=[f"no {name} ({NEEDED[name]})" for name in missing],
            do="read the file with drgsim.read_cases; if a header is not recognised, say which column it is "
            "(rename=, or --rename HEADER=COLUMN)",
        )
    if any(name in frame.columns for name in frame.index.names if name is not None):
        frame = frame.set_axis(frame.index.set_names([None] * frame.index.nlevels))
    return frame.assign(**_dates(frame), **_regions(frame))


def _dates(frame: pd.DataFrame) -> dict[str, Any]:
    if frame[DATE].dtype.kind == "M":
        return {}
    stated = frame[DATE]
    if stated.dtype.kind in "iuf":
        stated = stated.astype("Int64").astype("string")  # 20250331
    dates = pd.to_datetime(stated, errors="coerce", format=None if _is_dates(stated) else "ISO8601")
    lost = int((dates.isna() & stated.notna()).sum())
    if lost:
        raise ColumnError(
            "column discharge_date does not hold dates",
            got=f"{lost:,} of {len(frame):,} that are not",
            allowed="datetime64, dates, or text such as 2025-03-31",
            do="read the file with drgsim.read_cases",
        )
    return {DATE: dates}


def _is_dates(stated: pd.Series[Any]) -> bool:
    known = stated.dropna()
    return bool(len(known)) and hasattr(known.iloc[0], "year")


def _regions(frame: pd.DataFrame) -> dict[str, Any]:
    sides = {name: read_labels(frame, name) for name in (CARE, INSURED)}
    if not any((side.codes < 0).any() for side in sides.values()):
        return {}
    words = {name: Words.of(side.codes, side.names) for name, side in sides.items()}
    found = {CARE: words[CARE].filled(words[INSURED]), INSURED: words[INSURED].filled(words[CARE])}
    names = {name: np.array([None, *each.names[1:]], dtype=object) for name, each in found.items()}
    return {name: names[name][each.codes] for name, each in found.items()}
