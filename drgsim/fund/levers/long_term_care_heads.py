"""Long-term care paid by the head: from the pool, accounts, residents and the treasury (fund rules §6.2)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]

from .long_term_care import book  # noqa: E402


def after(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Two transfers from employees' pots, residents' money, and care."""
    assert plan.people is not None
    members = plan.people["active"][:, 1:] + plan.people["retired"][:, 1:]
    share = settings["from_accounts"] if plan.region.accounts.split else 0.0
    plan.add("employee_pool.to_long_term_care", members * amount * (1 - share))
    plan.add("employee_accounts.to_long_term_care", members * amount * share)
    none = np.zeros_like(members)
    book(plan, none, none, none, amount != 0, settings)
