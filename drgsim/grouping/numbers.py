"""Numbers of cases from columns of any type, and the weight that a scheme's rules mean, at birth or at
admission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..cases import case_column, find_layout
from ..cases.parse import parse_column
from ..schemes.model import NewbornWeight
from ..schemes.rules.terms import Variable
from .case import Reason

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
    if pd.api.types.is_numeric_dtype(series.dtype) and not pd.api.types.is_bool_dtype(series.dtype):
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


Bytes = npt.NDArray[np.uint8]

WEIGHT_COLUMNS: dict[NewbornWeight, tuple[str, ...]] = {
    NewbornWeight.BIRTH: ("birth_weight",),
    NewbornWeight.ADMISSION: ("admission_weight", "birth_weight"),  # the second where the first is missing
}


@dataclass(frozen=True)
class NewbornWeights:
    """The weights of cases as their scheme means them. Arrays [cases].

    Attributes
    ----------
    values : float32, g, NaN where missing; None when the cases have no such column
    from_birth : where the weight at birth was taken for that at admission
    only_birth : where there is a weight at birth, and it could not be taken
    """

    values: Numbers | None
    from_birth: Mask
    only_birth: Mask

    @property
    def lacking(self) -> Mask | bool:
        """Where the cases do not say the weight that the rules mean."""
        return True if self.values is None else np.isnan(self.values) | self.from_birth

    def problems(self, problem: Bytes) -> Bytes:
        """Problems of reading, without that of a weight which the scheme does not mean."""
        idle = (problem == Reason.WEIGHT_UNREADABLE) & ~np.asarray(self.lacking)
        return np.where(idle, np.uint8(Reason.NONE), problem) if idle.any() else problem

    def tell(self, reasons: Bytes) -> None:
        """Say in `reasons`, uint8 [cases], what became of the weights; written in place."""
        if self.only_birth.any():
            reasons[self.only_birth & (reasons == Reason.WEIGHT_MISSING)] = Reason.ADMISSION_WEIGHT_MISSING
        if self.from_birth.any():
            untold = (reasons == Reason.NONE) | (reasons > Reason.BIRTH_WEIGHT_TAKEN)
            reasons[self.from_birth & untold] = Reason.BIRTH_WEIGHT_TAKEN


def newborn_weights(numbers: Mapping[str, Any], meant: NewbornWeight, rows: int) -> NewbornWeights:
    """The weights in the columns `numbers` (those of `numbers.COLUMNS`) as a scheme means them.

    >>> columns = {"age": [0, 0], "age_days": [0, 3], "birth_weight": [1400, 1400]}
    >>> columns = {name: np.array(values, dtype=np.float32) for name, values in columns.items()}
    >>> newborn_weights(columns, NewbornWeight.ADMISSION, 2).values.tolist()
    [1400.0, nan]
    """
    none = np.zeros(rows, dtype=bool)
    own, *others = WEIGHT_COLUMNS[meant]
    values = numbers.get(own)
    if not others or others[0] not in numbers:
        return NewbornWeights(values, none, none)
    birth = numbers[others[0]]
    lacking = none | True if values is None else ~(values > 0)
    usable = lacking & (birth > 0)
    if not usable.any():
        return NewbornWeights(values, none, none)
    first_day = (numbers["age"] == 0) & (numbers.get("age_days", np.full(rows, np.nan)) == 0)
    taken = usable & first_day
    filled = np.full(rows, np.nan, dtype=np.float32) if values is None else values
    return NewbornWeights(np.where(taken, birth, filled).astype(np.float32), taken, usable & ~first_day)
