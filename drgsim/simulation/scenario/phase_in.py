"""How a change arrives over the years: the part of it in force in each year."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ...errors import nearest_name
from ...policy.entries import read_day
from ...policy.policy_errors import Mistake
from ..scenario_errors import refuse

FIELDS = ("start", "years", "profile")
STEP = "step"
_FIRST, _LAST = 1900, 2999  # what can be meant as a calendar year
_LONGEST = 50

# part of the way travelled -> part of the change in force; each rises from 0 to 1
PROFILES: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {
        "linear": lambda way: way,
        STEP: lambda way: 1.0,
        "front_loaded": lambda way: 1.0 - (1.0 - way) ** 2,
        "back_loaded": lambda way: way**2,
    }
)


@dataclass(frozen=True, slots=True)
class PhaseIn:
    """A change that starts in the year `start` and is whole `years` years later.

    `start`
        First year with a part of the change, or the day it holds from; None: whole from the first simulated
        year. In the year of a day counts the share of its days from then on; later steps come a year apart.
    `years`
        Number of steps; the last of them, the year `start + years - 1`, has the whole change.
    `profile`
        linear, front_loaded (quick first), back_loaded (slow first), or step, which takes one year. A change
        that takes one year is a step whatever the profile says.

    Raises ScenarioError with every problem.

    >>> phase_in = PhaseIn(2027, 4, "linear")
    >>> [phase_in.share(year) for year in (2026, 2027, 2028, 2030, 2035)]
    [0.0, 0.25, 0.5, 1.0, 1.0]
    >>> in_july = PhaseIn(datetime.date(2027, 7, 1))
    >>> [round(in_july.share(year), 3) for year in (2026, 2027, 2028)]
    [0.0, 0.504, 1.0]
    """

    start: int | datetime.date | None = None
    years: int = 1
    profile: str = STEP

    def __post_init__(self) -> None:
        problems: list[Mistake] = []
        _check(self.start, self.years, self.profile, "phase_in", problems)
        refuse(problems, "the phase-in")
        if self.years == 1:
            object.__setattr__(self, "profile", STEP)

    def share(self, year: int) -> float:
        """The part of the change in force in a calendar year, from 0 to 1; never falling."""
        if self.start is None:
            return 1.0
        if isinstance(self.start, int):
            return self._step(year - self.start + 1)
        first = datetime.date(self.start.year, 1, 1)
        days = (datetime.date(self.start.year + 1, 1, 1) - first).days
        before = (self.start - first).days / days  # of each year, under what held in the one before
        step = year - self.start.year + 1
        return before * self._step(step - 1) + (1.0 - before) * self._step(step)

    def _step(self, number: int) -> float:
        """The part in force after so many steps."""
        if number >= self.years:
            return 1.0
        return 0.0 if number <= 0 else PROFILES[self.profile](number / self.years)

    @property
    def start_word(self) -> str:
        """The year, or the day, as text."""
        return str(self.start)

    def to_document(self) -> dict[str, Any]:
        start = self.start.isoformat() if isinstance(self.start, datetime.date) else self.start
        return {"start": start, "years": self.years, "profile": self.profile}


def read_phase_in(raw: Any, where: str, problems: list[Mistake]) -> PhaseIn | None:
    """The phase-in a document states; None where the change is whole from the first year."""
    if raw is None or isinstance(raw, PhaseIn):
        return raw if raw is not None and raw.start is not None else None
    if not isinstance(raw, Mapping):
        problems.append(Mistake(where, "not a phase-in", raw, f"a mapping of {', '.join(FIELDS)}"))
        return None
    before = len(problems)
    for key in (key for key in raw if key not in FIELDS):
        near = nearest_name(str(key), FIELDS)
        problems.append(Mistake(f"{where}.{key}", "unknown field", allowed=", ".join(FIELDS), nearest=near))
    start, years = _day_or_year(raw.get("start")), raw.get("years", 1)
    profile = raw.get("profile", STEP if years == 1 else "linear")
    _check(start, years, profile, where, problems)
    if len(problems) > before or start is None:
        return None
    return PhaseIn(start, years, profile)


def _check(start: Any, years: Any, profile: Any, where: str, problems: list[Mistake]) -> None:
    year = start.year if isinstance(start, datetime.date) else start
    if year is not None and not _whole(year, _FIRST, _LAST):
        allowed = "a calendar year such as 2027, or a day such as 2027-07-01"
        problems.append(Mistake(f"{where}.start", "not a year or a day", start, allowed))
    if not _whole(years, 1, _LONGEST):
        problems.append(Mistake(f"{where}.years", "not a number of years", years, f"1 to {_LONGEST}"))
        years = 1
    if str(profile) not in PROFILES:
        near = nearest_name(str(profile), PROFILES)
        problems.append(Mistake(f"{where}.profile", "no such profile", profile, ", ".join(PROFILES), near))
    elif profile == STEP and years != 1:
        problems.append(
            Mistake(f"{where}.years", "a step is whole in the year it starts", years, "1, or another profile")
        )
    if start is None and years != 1:
        problems.append(Mistake(f"{where}.start", "is missing: the year the change starts in"))


def _day_or_year(raw: Any) -> Any:
    """A day as a date; a year, or what is neither, as it is. The first of January is the year's."""
    day = read_day(raw) if isinstance(raw, str | datetime.date) else None
    if day is None:
        return raw
    return day.year if (day.month, day.day) == (1, 1) else day


def _whole(raw: Any, low: int, high: int) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool) and low <= raw <= high
