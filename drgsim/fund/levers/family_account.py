"""More of the personal accounts used by family members: their care, and residents' premiums.

`used = share x balance of the year before` (fund rules §6.4). Patients' cash falls by as much; the pooled
fund is not touched, and the resident fund gets the same premiums from another hand.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan
from ..pots import lines

Floats = npt.NDArray[np.float64]


def after(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Book what is used beyond today's sharing, in two lines."""
    flows = {line: yuan for line, yuan in plan.flows.items() if lines()[line].pot == "employee_accounts"}
    net = sum(
        (yuan if lines()[line].side == "income" else -yuan for line, yuan in flows.items()),
        np.zeros((plan.count, plan.years)),
    )
    held = np.full(plan.count, plan.region.accounts.balance.get("employee_accounts", 0.0))
    rate, used = plan.path("interest_rate"), np.zeros((plan.count, plan.years))
    for year in range(plan.years):
        used[:, year] = np.maximum(held, 0.0) * amount[year]
        held = held * (1 + rate[:, year]) + net[:, year] - used[:, year]
    premiums = np.minimum(used * settings["premiums"], plan.flows["resident.premium"])
    plan.add("employee_accounts.to_resident_premium", premiums)
    plan.add("resident.premium", -premiums)
    plan.add("employee_accounts.family_sharing", used - premiums)
