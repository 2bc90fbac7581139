"""Draws of all uncertain assumptions: Latin hypercube, triangular between low, central value and high."""

from __future__ import annotations

import hashlib
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..projection.growth import Draw
from ..scenario.assumption_catalogue import catalogue
from ..scenario.assumptions import Assumptions

Floats = npt.NDArray[np.float64]


class ParameterDraws:
    """Positions of each assumption in its interval, the same for every scenario.

    Every assumption has one position a draw, which holds for both insurances, all ages and all years: what
    drives one drives the others. Positions are keyed by the assumption's name, so that a scenario which
    assumes something else about one of them keeps the draws of all others.

    >>> draws = ParameterDraws(4, seed=1)
    >>> sorted((draws.position("income_growth") * 4).astype(int).tolist())
    [0, 1, 2, 3]
    """

    def __init__(self, draws: int, *, seed: int) -> None:
        self.draws, self.seed = draws, seed

    def position(self, name: str) -> Floats:
        """(draws,) numbers in [0, 1), one in each of as many equal parts, in random order."""
        return self._positions[name]

    @cached_property
    def _positions(self) -> dict[str, Floats]:
        return {name: self._hypercube(name) for name in catalogue()}

    def _hypercube(self, name: str) -> Floats:
        stream = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
        generator = np.random.default_rng([self.seed, stream])
        return (generator.permutation(self.draws) + generator.random(self.draws)) / self.draws

    def of(self, assumptions: Assumptions) -> Draw:
        """The drawn values of these assumptions, as `growth` asks for them."""

        def value(name: str, year: int, insurance: str, band: str) -> Floats:
            at = assumptions.interval(name, year, insurance=insurance, band=band)
            return triangular(self.position(name), at.low, at.value, at.high)

        return value


def triangular(position: Floats, low: float, mode: float, high: float) -> Floats:
    """The values below which the part `position` of a triangular distribution lies.

    >>> triangular(np.array([0.0, 0.5, 1.0]), 0.0, 1.0, 2.0).tolist()
    [0.0, 1.0, 2.0]
    """
    if not low < high:
        return np.full(position.shape, mode)
    turn = (mode - low) / (high - low)
    rising = low + np.sqrt(position * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - position) * (high - low) * (high - mode))
    return np.where(position < turn, rising, falling)
