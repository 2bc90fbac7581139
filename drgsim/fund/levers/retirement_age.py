"""Retirement later, or earlier, than the law says, in months."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]


def before(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Shift the age; members are counted again."""
    plan.shift("retirement_delay", amount)
