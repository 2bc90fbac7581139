"""A higher or lower rate of employers; -0.005 is half a point less."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]


def before(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Shift the rate."""
    plan.shift("employer_rate", amount)
