"""Draws that depend only on the seed, the block and what is drawn, and choices by weight for many cases at
once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from statistics import NormalDist
from zlib import crc32

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Choices:
    """Rows of weighted choices: case i draws from row `rows[i]`.

    Parameters
    ----------
    weights : float64 [rows, choices], not negative; a row need not add to 1, and may be all 0 when no
        case ever draws from it
    """

    def __init__(self, weights: npt.ArrayLike) -> None:
        table = np.atleast_2d(np.asarray(weights, dtype=np.float64))
        self.width = table.shape[1]
        sums = np.cumsum(table, axis=1)
        share = sums / np.where(sums[:, -1:] > 0, sums[:, -1:], 1.0)
        # rows end to end on one line: row r covers [r, r + 1]
        self._line = (share + np.arange(len(table))[:, None]).ravel()
        # a number just below 1 may round up to the next row: it draws the last choice that has weight
        self._last = np.array([_last(row) for row in table])

    def draw(self, uniform: Floats, rows: Ints | int = 0) -> Ints:
        """The choice of each case: int64, from its uniform number in [0, 1)."""
        found = np.searchsorted(self._line, uniform + rows, side="right") - np.asarray(rows) * self.width
        return np.minimum(found, self._last[rows])


class Pools:
    """Rows of weighted choices of unequal length, end to end: what is drawn is a position in the whole."""

    def __init__(self, weights: Sequence[npt.ArrayLike]) -> None:
        rows = [np.asarray(row, dtype=np.float64) for row in weights]
        self.lengths = np.array([len(row) for row in rows], dtype=np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)])
        lines = [np.cumsum(row) / row.sum() + number for number, row in enumerate(rows) if len(row)]
        self._line = np.concatenate(lines) if lines else np.zeros(0)
        self._last = np.maximum(self.starts[1:] - 1, self.starts[:-1])  # where none has weight
        heavy = np.flatnonzero(np.concatenate(rows)) if rows else np.zeros(0, np.int64)
        own = np.repeat(np.arange(len(rows)), self.lengths)[heavy]
        self._last[own] = heavy  # ascending: the last of a row stays

    def draw(self, uniform: Floats, rows: Ints) -> Ints:
        """Positions, int64; -1 where the row is empty."""
        found = np.searchsorted(self._line, uniform + rows, side="right")
        found = np.clip(found, self.starts[rows], self._last[rows])
        return np.where(self.lengths[rows] > 0, found, -1)


def _last(row: Floats) -> int:
    """The place of the last choice that has weight; the last place where none has."""
    places = np.flatnonzero(row)
    return int(places[-1]) if len(places) else max(len(row) - 1, 0)


def zipf(count: int, exponent: float) -> Floats:
    """Weights of ranks 1 to `count`: 1 / rank ** exponent."""
    return 1.0 / np.arange(1, count + 1, dtype=np.float64) ** exponent


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
