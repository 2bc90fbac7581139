"""Surplus retained and overrun shared: what is due when less or more is booked than entitled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from ..policy.reading import Readable

Ints = npt.NDArray[np.int64]


def due_after_sharing(booked: Ints, entitlement: Ints, policy: Readable) -> Ints:
    """What the fund owes hospitals for the year, fen, (hospitals,).

    Usage is the booked fund cost over the entitlement. Below 1, each slice of unused entitlement is kept
    with its `settlement.surplus_retained`; above 1, each slice of overrun is borne by the fund with its
    `settlement.overrun_shared`. So there is no jump at the edge of a slice. Without a positive entitlement
    usage has no meaning: exactly the entitlement is due. Below `settlement.booked_only_below`, where a policy
    has that cliff, no more is due than was booked.
    """
    meant = entitlement > 0
    usage = np.maximum(booked / np.where(meant, entitlement, 1), 0.0)
    one = np.ones_like(usage)
    kept = policy.slices("settlement.surplus_retained", np.minimum(usage, 1.0), one)
    borne = policy.slices("settlement.overrun_shared", one, np.maximum(usage, 1.0))
    below = booked + np.rint(kept * entitlement).astype(np.int64)
    above = entitlement + np.rint(borne * entitlement).astype(np.int64)
    due = np.where(~meant, entitlement, np.where(usage < 1, below, above))
    cliff = policy["settlement.booked_only_below"]
    return due if cliff is None else np.where(meant & (usage < cliff), booked, due)
