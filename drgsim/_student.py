"""How much wider a band must be when few independent units carry it: Student's t against the normal."""

from __future__ import annotations

from statistics import NormalDist


def widening(freedom: float, level: float = 0.9) -> float:
    """The t quantile over the normal one for a band of that level; freedom below 1 counts as 1.

    >>> round(widening(5), 3), round(widening(49), 3)
    (1.225, 1.019)
    """
    from scipy.special import stdtrit

    share = (1 + level) / 2
    return float(stdtrit(max(freedom, 1.0), share)) / NormalDist().inv_cdf(share)
