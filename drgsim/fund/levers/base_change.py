"""Declared bases of employees nearer to, or farther from, the mean wage."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]


def before(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Scale the base."""
    plan.factor("base_ratio", 1 + amount)
