"""The weight that a scheme's rules mean, at birth or at admission, from the weights that cases have.

Where the rules mean the weight at admission and a case has only the weight at birth, that one is taken
for a stay that begins on the day of birth, and told; on any later day it is another number, and the case
says what it lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..schemes.model import NewbornWeight
from .numbers import Numbers
from .reasons import Reason

Mask = npt.NDArray[np.bool_]
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
