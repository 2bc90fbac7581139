"""What every kind of check answers: the rows that break a rule, and what was got there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..case_arrays import CaseArrays, Mask
from ..rules import CheckRule

Rows = npt.NDArray[np.int64]
Outcome = tuple[Rows, Sequence[Any] | None]  # None for the column's own values
Check = Callable[[CheckRule, str, CaseArrays], Outcome]


def rows_of(mask: Mask) -> Rows:
    """The positions where a mask is true."""
    return np.flatnonzero(mask)
