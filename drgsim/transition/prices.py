"""What the groups of the new scheme are worth: carried over, measured, and brought to the same budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..payment.faces.standing import priced_alone
from ..payment.pay import pay
from ..weights.weights import Weights
from .carried import carried_weights

if TYPE_CHECKING:
    from ..cases.arrays import Mask
    from ..cases.fen import Fen
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
    both = payable(before) & payable(regrouped)
    spent_before = fund_of(before)

    def spent(factor: float) -> tuple[int, int, Payments]:
        paid = pay(new_stays, policy, weights=scaled(new, factor))
        known = both & payable(paid)  # the same stays before and after
        return int(fund_of(paid)[known].sum()), int(spent_before[known].sum()), paid

    factor, after = _neutral(spent)
    return Priced(old, carried, new, factor, before, regrouped, after)


def payable(paid: Payments) -> Mask:
    """(n,) stays whose payment by the scheme is known, the patient's part of it or not."""
    known: Mask = (paid.findings.problem == 0) | priced_alone(paid)
    return known


def fund_of(paid: Payments) -> Fen:
    """(n,) fen of the fund; where the patient's part is not known, the whole payment. The patient's part is
    that of the bill, the same in every state, so that the fund changes by what the payment does."""
    fund: Fen = np.where(priced_alone(paid), paid.findings.payment, paid.ledger.fund)
    return fund


def payment_of(paid: Payments) -> Fen:
    """(n,) fen by the scheme, also where the patient's part is not known."""
    payment: Fen = np.where(priced_alone(paid), paid.findings.payment, paid.ledger.payment)
    return payment


def scaled(weights: Weights, factor: float) -> Weights:
    """Weights times a factor: the same as a rate times it where every price is weight times rate."""
    return replace(weights, frame=weights.frame.assign(weight=weights.frame["weight"] * factor))


def _neutral(spent: Callable[[float], tuple[int, int, Payments]]) -> tuple[float, Payments]:
    """The factor at which the fund spends what it spent, by secants; a rest that steps leave is told.
    `spent` gives what a factor spends, what the same stays cost the fund before, and the payments."""
    money, target, paid = spent(1.0)
    best = abs(money - target), 1.0, paid
    if target <= 0 or money <= 0:
        return 1.0, paid
    last, factor = (1.0, money - target), target / money
    for _ in range(_STEPS):
        if best[0] <= _NEAR * target or not np.isfinite(factor) or factor <= 0:
            break
        money, target, paid = spent(factor)
        if abs(money - target) < best[0]:
            best = abs(money - target), factor, paid
        gap = money - target
        slope = (gap - last[1]) / (factor - last[0]) if factor != last[0] else 0.0
        if slope <= 0:
            break
        last, factor = (factor, gap), factor - gap / slope
    return best[1], best[2]
