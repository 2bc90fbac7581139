"""Working days: Monday to Friday, less holidays, plus weekend days that are worked in exchange."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import ArgumentError

Days = npt.NDArray[np.datetime64]
DayLike = datetime.date | str | npt.ArrayLike

_WEEK = "Mon Tue Wed Thu Fri"
_ODD = 30  # days a run of days without work may last; longer ones are searched for again


class WorkingDays:
    """Which days are worked. Days are `datetime64[D]`, dates or ISO text; answers are `datetime64[D]`.

    Parameters
    ----------
    holidays : weekdays that are not worked. None are known beforehand: the State Council sets them each year.
    worked : weekend days that are.
    week : the days of a usual week; `"Mon Tue Wed Thu Fri Sat Sun"` counts calendar days.

    >>> days = WorkingDays(holidays=["2026-02-16", "2026-02-17"])
    >>> days.after("2026-02-13", 1), days.on_or_before("2026-02-28")
    (np.datetime64('2026-02-18'), np.datetime64('2026-02-27'))
    """

    def __init__(
        self, *, holidays: Iterable[Any] = (), worked: Iterable[Any] = (), week: str = _WEEK
    ) -> None:
        self.holidays, self.worked = _days(holidays), _days(worked)
        names = list(calendar.day_abbr)
        unknown = sorted(set(week.split()) - set(names))
        if unknown or not week.split():
            raise ArgumentError("not days of the week", got=unknown or week, allowed=names)
        self.week = "".join("1" if name in week.split() else "0" for name in names)
        both = np.intersect1d(self.holidays, self.worked)
        if len(both):
            raise ArgumentError("a day is both a holiday and worked", got=str(both[0]))

    def is_worked(self, day: DayLike) -> Any:
        """Whether each day is worked."""
        days = _day(day)
        usual = np.is_busday(days, weekmask=self.week)
        return (usual & ~np.isin(days, self.holidays)) | np.isin(days, self.worked)

    def after(self, day: DayLike, count: int) -> Any:
        """The `count`-th working day after each day, which itself does not count; 0 gives the day back."""
        days = _day(day)
        if count < 0:
            raise ArgumentError("working days are counted forward", got=count, allowed="0 or more")
        if count == 0 or days.size == 0:
            return days
        worked = self._between(days.min() + 1, days.max() + 1, count)
        return worked[np.searchsorted(worked, days, side="right") + count - 1]

    def on_or_after(self, day: DayLike) -> Any:
        """Each day that is worked, or the next one that is."""
        return self.after(_day(day) - 1, 1)

    def on_or_before(self, day: DayLike) -> Any:
        """Each day that is worked, or the last one before it that was."""
        days = _day(day)
        if days.size == 0:
            return days
        span = _ODD
        while True:
            known = np.arange(days.min() - span, days.max() + 1)
            worked = known[self.is_worked(known)]
            if len(worked) and worked[0] <= days.min():
                return worked[np.searchsorted(worked, days, side="right") - 1]
            span *= 2

    def _between(self, first: Any, last: Any, further: int) -> Days:
        """Working days from `first` on, at least `further` of them from `last` on."""
        span = 2 * further + _ODD
        while True:
            known = np.arange(first, last + span)
            worked = self.is_worked(known)
            if worked[-span:].sum() >= further:
                return known[worked]
            span *= 2


def _day(day: DayLike) -> Any:
    try:
        return np.asarray(day, dtype="datetime64[D]")[()]
    except ValueError as error:
        raise ArgumentError("not a day", got=str(day), allowed="a date, or text YYYY-MM-DD") from error


def _days(days: Iterable[Any]) -> Days:
    return np.unique(np.array([_day(day) for day in days], dtype="datetime64[D]"))
