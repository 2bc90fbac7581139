"""Randomness that depends only on the seed, the block and what is drawn: not on platform, order or chunk.

Cases are made in blocks of `BLOCK` rows. Each named stream of a block is a Philox generator with its
own key, read as raw 64-bit words (which NumPy keeps stable); from there on only arithmetic that IEEE
754 defines exactly is used, no logarithm or exponential of the machine's library.
"""

from __future__ import annotations

from functools import cache
from statistics import NormalDist
from zlib import crc32

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BLOCK = 1 << 14  # rows; part of the definition of a seed's cases

_STEPS = 1 << 16  # cells of the normal table
_CUT = 4.6  # normal scores beyond are cut: one case in 240,000 on either side
_DIGITS = 6  # tables are rounded, so that libraries that differ in the last bit give the same table


class Streams:
    """The random numbers of one block of one seed."""

    def __init__(self, seed: int, block: int) -> None:
        self.seed, self.block = seed, block

    def uniform(self, name: str, *shape: int) -> Floats:
        """Numbers in [0, 1) with 53 random bits; a name always gives the same ones."""
        key = (self.block << 32 | crc32(name.encode())) << 64 | (self.seed & (1 << 64) - 1)
        words = np.random.Philox(key=key).random_raw(int(np.prod(shape)))
        return ((words >> np.uint64(11)).astype(np.float64) * 2.0**-53).reshape(shape)

    def normal(self, name: str, *shape: int) -> Floats:
        """Standard normal scores, cut at 4.6."""
        return between(_normal_table(), self.uniform(name, *shape))


def between(table: Floats, position: Floats) -> Floats:
    """Linear interpolation in a table of equally spaced values; `position` in [0, 1)."""
    scaled = position * (len(table) - 1)
    cell = scaled.astype(np.int64)
    low = table[cell]
    return low + (table[cell + 1] - low) * (scaled - cell)


@cache
def _normal_table() -> Floats:
    inverse = NormalDist().inv_cdf
    inner = [round(inverse(step / _STEPS), _DIGITS) for step in range(1, _STEPS)]
    return np.array([-_CUT, *inner, _CUT])


def normal_mean(values: Floats, low: float, high: float) -> float:
    """The mean, over the scores that `Streams.normal` gives, of a table spaced equally over [low, high)."""
    scores = _normal_table()
    middles = (scores[1:] + scores[:-1]) / 2
    return float(between(values, (middles - low) / (high - low)).mean())
