"""A higher or lower premium of residents, yuan a head and year; some may leave when it rises."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]
TENTH = 0.1


def before(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Shift the premium; heads fall by `leaving` for each tenth it rises."""
    plan.shift("premium", amount)
    if settings["leaving"]:
        rise = amount / plan.start("premium")[:, None] / TENTH
        plan.factor("resident_heads", np.maximum(1 - settings["leaving"] * rise, 0.0))
