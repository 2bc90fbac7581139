"""Levers of the fund by what they move; each has its facts in `data/fund/levers/`.

A lever `x` is a function `before_x`, `after_x` or both of one of these files. Provincial pooling has
none: its money moves year by year in the ledger (`drgsim.fund.run`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ..plan import Plan
from . import benefits, contributions, drugs, hospitals, long_term_care

Floats = npt.NDArray[np.float64]
Change = Callable[[Plan, Floats, Mapping[str, Any]], None]  # settings: numbers, or (draws, 1) of them
_FILES = (benefits, contributions, drugs, hospitals, long_term_care)


def change(lever: str, when: str) -> Change | None:
    """What a lever does `before` or `after` people and money are counted; None when nothing."""
    return next((vars(file)[f"{when}_{lever}"] for file in _FILES if f"{when}_{lever}" in vars(file)), None)
