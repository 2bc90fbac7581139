"""Numbers of cases from columns of any type: 32-bit floats, and what could not be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..cases import case_column, find_layout
from ..cases.parse import parse_column
from ..schemes.rules.terms import Variable
from .reasons import Reason

Numbers = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

OLDEST = 150  # years; no person has been older
LARGEST = 2.0**31  # no number of a case comes near it

# column → its variable, and the reason that says it could not be read
COLUMNS: dict[str, tuple[Variable, Reason]] = {
    "sex": (Variable.SEX, Reason.SEX_UNREADABLE),
    "age": (Variable.AGE, Reason.AGE_UNREADABLE),
    "age_days": (Variable.AGE_DAYS, Reason.AGE_DAYS_UNREADABLE),
    "birth_weight": (Variable.WEIGHT, Reason.WEIGHT_UNREADABLE),
    "admission_weight": (Variable.WEIGHT, Reason.WEIGHT_UNREADABLE),
    "los": (Variable.LOS, Reason.LOS_UNREADABLE),
    "discharge": (Variable.DISCHARGE, Reason.DISCHARGE_UNREADABLE),
    "icu_hours": (Variable.ICU_HOURS, Reason.ICU_HOURS_UNREADABLE),
}


def read_numbers(column: Any, name: str) -> tuple[Numbers, Mask]:
    """A column as float32 with NaN for missing, and the mask of rows that could not be read.

    `column` is a pandas Series or a NumPy array; text is read as `drgsim.read_cases` reads it, `男` and
    `1.0` included. What is not a whole number in a column of whole numbers, or is below 0, is unreadable.
    """
    series = column if isinstance(column, pd.Series) else pd.Series(column)
    numeric = pd.api.types.is_numeric_dtype(series.dtype) and not pd.api.types.is_bool_dtype(series.dtype)
    if numeric:
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        unreadable = np.abs(values) >= LARGEST
    else:
        values, unreadable = _parsed(series.reset_index(drop=True), name)
    if case_column(name).kind == "whole":
        unreadable |= (values != np.floor(values)) & ~np.isnan(values)
    if name != "age":  # which says for itself that it is out of range
        unreadable |= values < 0
    return np.where(unreadable, np.nan, values).astype(np.float32), unreadable


def _parsed(series: pd.Series, name: str) -> tuple[npt.NDArray[np.float64], Mask]:
    """The numbers that texts or objects mean, and where they mean none."""
    if series.dtype == object:  # a list or the like is no number; as text it says so
        series = series.map(lambda cell: cell if pd.api.types.is_scalar(cell) else str(cell))
    parsed = parse_column(series, case_column(name), find_layout("plain"))
    unreadable = np.zeros(len(series), dtype=bool)
    for _, rows, _ in parsed.problems:
        unreadable[rows] = True
    if "days" in parsed.also:  # an age in days has no place in a column of years; the readers have one
        unreadable |= ~np.isnan(parsed.also["days"])
    return parsed.values.to_numpy(dtype=np.float64, na_value=np.nan), unreadable


def problems_of(numbers: dict[str, Numbers], unreadable: dict[str, Mask]) -> npt.NDArray[np.uint8]:
    """uint8 by row: the most important thing wrong with the numbers, 0 for nothing."""
    sex, age = numbers["sex"], numbers["age"]
    found = [(COLUMNS[name][1], mask) for name, mask in unreadable.items()]
    found += [
        (Reason.SEX_MISSING, np.isnan(sex) & ~unreadable["sex"]),
        (Reason.SEX_UNREADABLE, ~np.isnan(sex) & (sex != 1) & (sex != 2)),
        (Reason.AGE_MISSING, np.isnan(age) & ~unreadable["age"]),
        (Reason.AGE_OUT_OF_RANGE, (age < 0) | (age > OLDEST)),
    ]
    problem = np.zeros(len(sex), dtype=np.uint8)
    for reason, mask in sorted(found, key=lambda pair: -pair[0]):
        problem[mask] = reason
    return problem
