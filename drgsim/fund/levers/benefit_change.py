"""Benefits of both schemes, or of one, more or less generous."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]


def before(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Scale benefits, and use with them."""
    for scheme in ("employee", "resident"):
        changed = amount * settings[scheme]
        plan.factor(f"benefit_level.{scheme}", (1 + changed) * (1 + changed * settings["use"]))
