"""What the person's other stays say of a stay: its number in the year, what the year has used, readmission.

A person without an id, and a table without ids, count as a first stay each. Facts of the cases alone, found
once for all policies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...cases.arrays import Ints, Mask, same
from ...cases.fen import Floats
from .ranking import ordered
from .stays import Stays


@dataclass(frozen=True)
class Years:
    """The stays of persons with several in a calendar year: `order` their positions, person by person and
    in time; `starts` where each person-year begins in it."""

    order: Ints
    starts: Ints

    def before(self, values: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.int64]:
        """(n,) for each stay the sum of `values` over the person's earlier stays of the year."""
        if not len(self.order):
            return same(0, n)
        own = values[self.order]
        running = np.cumsum(own) - own
        lengths = np.diff(np.append(self.starts, len(self.order)))
        result = np.zeros(n, np.int64)
        result[self.order] = running - np.repeat(running[self.starts], lengths)
        return result

    def numbers(self, n: int) -> Floats:
        """(n,) 1 for the first stay of the year, 2 for the second, and so on."""
        return self.before(np.ones(n, np.int64), n) + 1.0


def person_years(stays: Stays) -> Years:
    """The person-years with several stays, by discharge date; same day: by admission, then by case id."""
    return stays.fact("person_years", _person_years)


def stay_numbers(stays: Stays) -> Floats:
    """(n,) the number of the stay in the person's year: 1, 2, …"""
    return stays.of_all("stay_numbers", lambda every: person_years(every).numbers(len(every)))


def days_to_next(stays: Stays) -> Floats:
    """(n,) days from this discharge to the person's next admission to the same group, NaN for none."""
    return stays.of_all("days_to_next", lambda every: _gaps(every)[0])


def days_from_previous(stays: Stays) -> Floats:
    """(n,) days from the person's previous discharge from the same group to this admission, NaN for none."""
    return stays.of_all("days_from_previous", lambda every: _gaps(every)[1])


def _person_years(stays: Stays) -> Years:
    if "patient_id" not in stays:
        return Years(np.zeros(0, np.int64), np.zeros(0, np.int64))
    days = stays.days("discharge_date")
    rows, person = _repeated_persons(stays, np.isfinite(days))
    year = days[rows].astype(np.int64).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    admitted = np.nan_to_num(stays.days("admission_date")[rows])
    order = ordered(stays, rows, (admitted, days[rows], year, person))
    rows, person, year = rows[order], person[order], year[order]
    return _several(rows, person * (int(year.max(initial=0)) - int(year.min(initial=0)) + 1) + year)


def _several(rows: Ints, key: Ints) -> Years:
    """Drops the person-years of a single stay."""
    if not len(rows):
        return Years(rows, rows)
    new = np.r_[True, key[1:] != key[:-1]]
    starts = np.flatnonzero(new)
    lengths = np.diff(np.append(starts, len(rows)))
    kept = np.repeat(lengths > 1, lengths)
    lengths = lengths[lengths > 1]
    return Years(rows[kept], np.cumsum(lengths) - lengths)


def _gaps(stays: Stays) -> tuple[Floats, Floats]:
    discharged, admitted = stays.days("discharge_date"), stays.days("admission_date")
    group = stays.groups().codes
    rows, person = _repeated_persons(stays, np.isfinite(discharged) & np.isfinite(admitted) & (group >= 0))
    order = ordered(stays, rows, (discharged[rows], admitted[rows], group[rows], person))
    rows, person = rows[order], person[order]
    same = (person[1:] == person[:-1]) & (group[rows[1:]] == group[rows[:-1]])
    earlier, later = rows[:-1][same], rows[1:][same]
    days = admitted[later] - discharged[earlier]
    to_next, from_previous = np.full(len(stays), np.nan), np.full(len(stays), np.nan)
    to_next[earlier], from_previous[later] = days, days
    return to_next, from_previous


def _repeated_persons(stays: Stays, usable: Mask) -> tuple[Ints, Ints]:
    """Positions of usable stays of persons who have several, and the person of each."""
    person = stays.labels("patient_id").codes
    rows = np.flatnonzero(usable & (person >= 0))
    counts = np.bincount(person[rows], minlength=1)
    rows = rows[counts[person[rows]] > 1]
    return rows, person[rows].astype(np.int64)
