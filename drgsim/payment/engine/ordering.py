"""An order of stays that never depends on the order of rows: what is equal otherwise goes by case id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...cases.arrays import Ints
from .stays import Stays
from .streams import case_keys


def ordered(stays: Stays, rows: Ints, keys: Sequence[npt.NDArray[Any]]) -> Ints:
    """The order of `rows` by `keys` (each one value a row; the last counts first, as in `np.lexsort`)."""
    order = np.lexsort(keys)
    same = np.ones(max(len(order) - 1, 0), np.bool_)
    for key in keys:
        same &= key[order[1:]] == key[order[:-1]]
    if not same.any():
        return order
    # ids are hashed for the tied rows alone: hashing all of them would cost more than the sort
    tied = np.unique(np.concatenate([order[1:][same], order[:-1][same]]))
    ties = np.zeros(len(rows), np.uint64)
    ties[tied] = case_keys(stays.ids(rows[tied]), "order")
    return np.lexsort((ties, *keys))
