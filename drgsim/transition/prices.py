"""What the groups of the new scheme are worth: carried over, measured, and brought to the same budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..payment.pay import pay
from ..weights.weights import Weights
from .carried import carried_weights

if TYPE_CHECKING:
    from ..payment.engine.stays import Stays
    from ..payment.faces.payments import Payments
    from ..policy.policy import Policy

_STEPS = 8
_NEAR = 1e-6  # of the fund's spending


@dataclass(frozen=True, eq=False, repr=False)
class Priced:
    """The same stays paid three times: before, regrouped at carried weights, and at the new weights.

    old, carried, new : the three weight tables; `new` before it is scaled
    factor : what the new weights are multiplied by so that the fund spends what it spent
    """

    old: Weights
    carried: Weights
    new: Weights
    factor: float
    before: Payments
    regrouped: Payments
    after: Payments


def price(old_stays: Stays, new_stays: Stays, policy: Policy, old: Weights, new: Weights) -> Priced:
    """Pay the stays of both groupings under one policy."""
    before = pay(old_stays, policy, weights=old)
    carried = carried_weights(before, new_stays)
    regrouped = pay(new_stays, policy, weights=carried)
    both = (before.findings.problem == 0) & (regrouped.findings.problem == 0)
    target = int(before.ledger.fund[both].sum())

    def spent(factor: float) -> tuple[int, Payments]:
        paid = pay(new_stays, policy, weights=scaled(new, factor))
        payable = both & (paid.findings.problem == 0)
        return int(paid.ledger.fund[payable].sum()), paid

    factor, after = _neutral(spent, target)
    return Priced(old, carried, new, factor, before, regrouped, after)


def scaled(weights: Weights, factor: float) -> Weights:
    """Weights times a factor: the same as a rate times it where every price is weight times rate."""
    return replace(weights, frame=weights.frame.assign(weight=weights.frame["weight"] * factor))


def _neutral(spent: Callable[[float], tuple[int, Payments]], target: int) -> tuple[float, Payments]:
    """The factor at which the fund spends `target`, by secants; a rest that steps leave is told."""
    money, paid = spent(1.0)
    best = abs(money - target), 1.0, paid
    if target <= 0 or money <= 0:
        return 1.0, paid
    last, factor = (1.0, money), target / money
    for _ in range(_STEPS):
        if best[0] <= _NEAR * target or not np.isfinite(factor) or factor <= 0:
            break
        money, paid = spent(factor)
        if abs(money - target) < best[0]:
            best = abs(money - target), factor, paid
        slope = (money - last[1]) / (factor - last[0]) if factor != last[0] else 0.0
        if slope <= 0:
            break
        last, factor = (factor, money), factor + (target - money) / slope
    return best[1], best[2]
