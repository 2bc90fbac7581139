"""When people are in hospital: discharges over months and weekdays, and the stays of one patient in order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .choose import Choices
from .disease import Diseases
from .people import Patients
from .randomness import BLOCK, Streams

if TYPE_CHECKING:
    from .region import SyntheticRegion

Dates = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


class Calendar:
    """Draws the dates of a block of stays. Every discharge is in the year."""

    def __init__(self, region: SyntheticRegion, year: int) -> None:
        self._first_day = date(year, 1, 1)
        self._days = (date(year + 1, 1, 1) - self._first_day).days
        season = region.assumed["season"]
        days = [self._first_day + timedelta(days=day) for day in range(self._days)]
        self._day = Choices(
            [season["months"][day.month - 1] * season["weekdays"][day.weekday()] for day in days]
        )
        self._soon_days = region.assumed["repeats"]["soon_days"]

    def draw(
        self, streams: Streams, patients: Patients, diseases: Diseases, stay: Ints
    ) -> tuple[Dates, Dates, Ints]:
        """Admission and discharge date, and the position of the patient's first stay.

        Further stays of a patient whose stays do not fit into one year are other patients'.
        """
        drawn = _ordered(self._day.draw(streams.uniform("discharge", BLOCK)), patients.first)
        gap = 1 + (streams.uniform("gap", BLOCK) * self._soon_days).astype(np.int64)
        leave = drawn.copy()
        # a stay lasts from the day of admission to that of discharge: admission = discharge - stay
        for order in range(1, int(patients.order.max()) + 1):
            now = np.flatnonzero(patients.order == order)
            earliest = leave[now - 1] + gap[now] + stay[now]
            leave[now] = np.where(diseases.soon[now], earliest, np.maximum(drawn[now], earliest))
        crowded = self._crowded(patients, leave, stay)
        # one stay of each patient, whichever, is where it was drawn: so the season stays as stated
        anchor = _one_of_each(streams.uniform("anchor", BLOCK), patients.first)
        leave = (leave - (leave - drawn)[anchor]) % self._days
        leave = np.where(crowded, drawn, leave)
        start = np.datetime64(self._first_day)
        first = np.where(crowded, np.arange(BLOCK), patients.first)
        return start + (leave - stay), start + leave, first

    def _crowded(self, patients: Patients, leave: Ints, stay: Ints) -> Bools:
        """Whether the stays of a case's patient, from the first admission on, take a year or more."""
        last = np.zeros(BLOCK, dtype=np.int64)
        np.maximum.at(last, patients.first, leave)
        begun = leave[patients.first] - stay[patients.first]
        return last[patients.first] - begun >= self._days


def _ordered(days: Ints, first: Ints) -> Ints:
    """The days of each patient from early to late."""
    return days[np.lexsort((days, first))]


def _one_of_each(uniform: Floats, first: Ints) -> Ints:
    """The position of one stay of each case's patient, any of them as likely."""
    count = np.bincount(first, minlength=len(first))
    return first + (uniform[first] * count[first]).astype(np.int64)
