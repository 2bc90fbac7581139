"""What a valuation draws: positions of assumptions with stated correlations, and the stray of single years.

Every stream is keyed by its name and the seed, so scenarios share their draws and a difference between
scenarios has an honest, narrow band.
"""

from __future__ import annotations

import csv
import hashlib
from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from .._paths import data_path
from .assumptions import Assumed, parameters

Floats = npt.NDArray[np.float64]

_NORMAL = NormalDist()
INSIDE = _NORMAL.inv_cdf(0.95)  # standard deviations to either side that hold nine tenths of a normal


@cache
def correlations() -> tuple[tuple[str, ...], Floats]:
    """The names that move together and their correlation matrix (`data/fund/correlations.csv`).

    >>> names, matrix = correlations()
    >>> bool((np.linalg.eigvalsh(matrix) > 0).all())
    True
    """
    with data_path("fund", "correlations.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = tuple(sorted({row[side] for row in rows for side in ("first", "second")}))
    matrix = np.eye(len(names))
    for row in rows:
        i, j = names.index(row["first"]), names.index(row["second"])
        matrix[i, j] = matrix[j, i] = float(row["correlation"])
    matrix.setflags(write=False)
    return names, matrix


class Draws:
    """`count` draws from a seed.

    >>> draws = Draws(1000, seed=1)
    >>> bool(abs(draws.position("premium_step").mean()) < 0.01)
    True
    """

    def __init__(self, count: int, *, seed: int) -> None:
        self.count, self.seed = count, seed
        self._positions: dict[str, Floats] = {}

    def _generator(self, name: str) -> np.random.Generator:
        stream = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
        return np.random.default_rng([self.seed, stream])

    def _spread(self, name: str) -> Floats:
        """(count,) normal numbers, one in each of as many equally likely parts, in random order."""
        generator = self._generator(name)
        even = (generator.permutation(self.count) + generator.random(self.count)) / self.count
        return np.array([_NORMAL.inv_cdf(share) for share in np.clip(even, 1e-12, 1 - 1e-12).tolist()])

    def position(self, name: str) -> Floats:
        """(count,) standard normal positions of an assumption in its interval."""
        if name not in self._positions:
            names, matrix = correlations()
            if name in names:
                independent = np.stack([self._spread(each) for each in names])
                together = np.linalg.cholesky(matrix) @ independent
                self._positions.update(zip(names, together, strict=True))
            else:
                self._positions[name] = self._spread(name)
        return self._positions[name]

    def part(self, first: int, count: int) -> Draws:
        """Draws `first` to `first + count`, the same numbers as in the whole."""
        return _Part(self, first, min(count, self.count - first))

    def value(self, name: str, assumed: Assumed) -> Floats:
        """(count,) values of an assumption: normal to either side of its value, within the parameter's
        bounds."""
        if assumed.low is None or assumed.high is None:
            return np.full(self.count, assumed.value)
        what = parameters()[name]
        return self.between(name, assumed.low, assumed.value, assumed.high, what.min, what.max)

    def between(self, name: str, low: float, value: float, high: float, least: float, most: float) -> Floats:
        """(count,) numbers about `value`, nine tenths of them from `low` to `high`, none outside the
        bounds."""
        position = self.position(name) / INSIDE
        width = np.where(position < 0, value - low, high - value)
        return np.clip(value + position * width, least, most)

    def years(self, name: str, years: int) -> Floats:
        """(count, years) independent standard normal numbers; the first years do not depend on how many."""
        generator = self._generator(f"years {name}")
        return generator.standard_normal((years, self.count)).T


class _Part(Draws):
    """Some of the draws of a whole."""

    def __init__(self, whole: Draws, first: int, count: int) -> None:
        super().__init__(count, seed=whole.seed)
        self._whole, self._slice = whole, slice(first, first + count)

    def position(self, name: str) -> Floats:
        return self._whole.position(name)[self._slice]

    def years(self, name: str, years: int) -> Floats:
        return self._whole.years(name, years)[self._slice]


def strayed(fresh: Floats, stays: Floats) -> Floats:
    """Yearly departures of which a part is there a year later; `fresh` (draws, years), `stays` (draws,) or
    1."""
    path = np.empty_like(fresh)
    left = np.zeros(len(fresh))
    for year in range(fresh.shape[1]):
        left = left * stays + fresh[:, year]
        path[:, year] = left
    return path
