"""Statements with days: a number, or numbers by the year or day from which they hold."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

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


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise FundError(f"{name} needs a number", got=value)
    return float(value)


def _day(key: Any, name: str) -> datetime.date:
    try:
        if isinstance(key, datetime.date):
            return key
        text = str(key)
        return datetime.date(int(text), 1, 1) if len(text) == 4 else datetime.date.fromisoformat(text)
    except ValueError:
        raise FundError(
            f"{name} states a value for what is no day",
            got=key,
            allowed="a year (2027) or a day (2027-07-01)",
        ) from None
