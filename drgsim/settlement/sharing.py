"""Surplus retained and overrun shared: what is due when less or more is booked than entitled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .errors import SettlementError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sharing:
    """A piecewise-linear rule over usage, the booked fund cost over the entitlement.

    Below 1 each slice of unused entitlement is kept with its share of `retained`; above 1 each slice
    of overrun is borne by the fund with its share of `shared`. `uppers` are the slices' upper ends of
    usage, ascending, the last one infinite.
    """

    uppers: Floats
    retained: Floats
    shared: Floats

    def __post_init__(self) -> None:
        ascending = bool((np.diff(self.uppers) > 0).all()) if len(self.uppers) else False
        if not ascending or not np.isinf(self.uppers[-1]):
            raise SettlementError(
                "slices of usage must ascend and end without limit", got=list(map(float, self.uppers))
            )

    def due(self, booked: Ints, entitlement: Ints) -> Ints:
        """What the fund owes for the year, fen, (n,).

        A hospital without a positive entitlement is due exactly that entitlement: usage has no
        meaning there, and nothing is kept or shared.
        """
        meant = entitlement > 0
        usage = np.where(meant, booked / np.where(meant, entitlement, 1), 1.0)
        usage = np.maximum(usage, 0.0)
        kept = self._between(usage, np.ones_like(usage), self.retained)
        borne = self._between(np.ones_like(usage), usage, self.shared)
        below = booked + np.rint(kept * entitlement).astype(np.int64)
        above = entitlement + np.rint(borne * entitlement).astype(np.int64)
        return np.where(~meant, entitlement, np.where(usage < 1, below, above))

    def _between(self, start: Floats, stop: Floats, rates: Floats) -> Floats:
        """The integral of `rates` over usage from `start` to `stop`; 0 where stop is not above start."""
        lowers = np.concatenate(([0.0], self.uppers[:-1]))
        spans = np.minimum(stop[:, None], self.uppers) - np.maximum(start[:, None], lowers)
        return np.asarray(np.maximum(spans, 0.0) @ rates)
