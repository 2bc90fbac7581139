"""Numbers over years and draws: stated with the day from which they hold, and drawn inside their
intervals."""

from __future__ import annotations

import csv
import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from .._paths import data_path
from ..policy.entries import read_day
from ..policy.policy_errors import shown
from .assumptions import Assumed, parameters
from .fund_errors import FundError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Dated:
    """Values by the day from which each holds, oldest first; None is the first day of the projection."""

    steps: tuple[tuple[datetime.date | None, float], ...]

    @classmethod
    def of(cls, stated: Any, *, name: str = "") -> Dated:
        """A number, {year: number} or {day: number}.

        >>> Dated.of({2027: 1.0, "2028-07-01": 2.0}).steps[1]
        (datetime.date(2028, 7, 1), 2.0)

        Raises FundError: no number, not a day, a day stated twice.
        """
        if not isinstance(stated, Mapping):
            return cls(((None, _number(stated, name)),))
        if not stated:
            raise FundError(f"{name} names no year", got=stated, allowed="{2027: number}")
        steps = {}
        for key, value in stated.items():
            since = _day(key, name)
            if since in steps:
                raise FundError(f"{name} states a day twice", got=str(since))
            steps[since] = _number(value, name)
        return cls(tuple(sorted(steps.items(), key=lambda step: step[0] or datetime.date.min)))

    def values(self) -> tuple[float, ...]:
        return tuple(value for _, value in self.steps)

    def mean_of_years(self, first: int, years: int, before: float = 0.0) -> Floats:
        """(years,): the mean over the days of each year from `first` on; `before` until the first step.

        >>> Dated.of({"2027-07-02": 1.0}).mean_of_years(2026, 3).round(3).tolist()
        [0.0, 0.501, 1.0]
        """
        means = np.empty(years)
        for place in range(years):
            means[place] = sum(share * value for share, value in self.parts_of(first + place, first, before))
        return means

    def parts_of(self, year: int, first: int, before: float) -> list[tuple[float, float]]:
        """(share of the year's days, value) in order; `first` is the year an undated step starts in."""
        start, end = datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1)
        days = (end - start).days
        parts, since, value = [], start, before
        for step, number in self.steps:
            begins = max(step or datetime.date(first, 1, 1), start)
            if begins >= end:
                break
            if begins > since:
                parts.append(((begins - since).days / days, value))
            since, value = begins, number
        parts.append(((end - since).days / days, value))
        return [part for part in parts if part[0] > 0]

    def years_stated(self, first: int) -> dict[int, float]:
        """The value of each stated year alone, for what holds for one year."""
        return {(step.year if step else first): value for step, value in self.steps}

    def to_plain(self) -> Any:
        """As `of` reads it back."""
        if len(self.steps) == 1 and self.steps[0][0] is None:
            return self.steps[0][1]
        return {str(step): value for step, value in self.steps}


LARGEST = 1e15  # no number of a fund is beyond


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise FundError(f"{name} needs a number", got=shown(value))
    return float(value)


def _day(key: Any, name: str) -> datetime.date:
    try:
        text = key if isinstance(key, datetime.date) else str(key)
        day = read_day(f"{text}-01-01" if isinstance(text, str) and len(text) == 4 else text)
        if day is None:
            raise ValueError
        return day
    except ValueError:
        raise FundError(
            f"{name} states a value for what is no day",
            got=key,
            allowed="a year (2027) or a day (2027-07-01)",
        ) from None


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
