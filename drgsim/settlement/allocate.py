"""Share an exact sum of fen so that the parts add up to it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .errors import SettlementError

Ints = npt.NDArray[np.int64]


def allocate(total: int, weights: npt.NDArray[np.int64] | npt.NDArray[np.float64]) -> Ints:
    """Split `total` fen in proportion to `weights`, by largest remainder; ties go to the earlier part.

    Parameters
    ----------
    total : int, fen; may be negative.
    weights : (n,) not negative, with a positive sum unless `total` is 0.

    Returns
    -------
    (n,) int64 fen, summing to `total` exactly.

    >>> allocate(100, np.array([1, 1, 1]))
    array([34, 33, 33])
    """
    if total == 0 or len(weights) == 0:
        if total:
            raise SettlementError("money to share and nobody to share it with", got=total)
        return np.zeros(len(weights), np.int64)
    whole = float(np.sum(weights))
    if not whole > 0 or np.min(weights) < 0:
        raise SettlementError("shares must be zero or more and not all zero", got=f"sum of shares {whole}")
    sign, amount = (1, total) if total > 0 else (-1, -total)
    exact = np.asarray(weights, np.float64) * (amount / whole)
    parts = np.floor(exact).astype(np.int64)
    missing = amount - int(parts.sum())
    order = np.argsort(-(exact - parts), kind="stable")
    if missing >= 0:
        parts[order[:missing]] += 1
    else:  # the floor of a product rounded up can exceed the whole by a few fen
        parts[order[::-1][:-missing]] -= 1
    return sign * parts
