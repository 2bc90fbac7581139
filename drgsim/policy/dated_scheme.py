"""The scheme of a policy that changes by date: `{2020-01-01: chs-drg-2.0, 2027-01-01: chs-drg-3.0}`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ..language import stated_language
from .entries import read_day
from .policy_errors import Mistake

BY = "by"  # which day of a stay decides; stands beside the dates
DayOf = Literal["discharge", "admission"]


@dataclass(frozen=True, slots=True)
class DatedScheme:
    """Schemes and the days from which each groups, rising; `by` is the day of the stay that decides."""

    steps: tuple[tuple[datetime.date, str], ...]
    by: DayOf = "discharge"

    def on(self, day: datetime.date) -> str:
        """The scheme of a day; before the first step, the first.

        >>> dated = DatedScheme(((datetime.date(2020, 1, 1), "a"), (datetime.date(2027, 1, 1), "b")))
        >>> dated.on(datetime.date(2026, 12, 31)), dated.on(datetime.date(2027, 1, 1))
        ('a', 'b')
        """
        return next((name for since, name in reversed(self.steps) if since <= day), self.steps[0][1])

    @property
    def changes(self) -> tuple[datetime.date, ...]:
        """The days on which another scheme begins."""
        return tuple(since for since, _ in self.steps[1:])

    def to_plain(self) -> dict[Any, str]:
        """As a document states it."""
        by = {} if self.by == "discharge" else {BY: self.by}
        return {**by, **dict(self.steps)}

    def __str__(self) -> str:
        first, *later = self.steps
        zh = stated_language() == "zh"
        names = [first[1], *(f"{name}（自 {day}）" if zh else f"{name} from {day}" for day, name in later)]
        return ", ".join(names) + ("" if self.by == "discharge" else f" by day of {self.by}")


Scheme = str | DatedScheme | None


def schemes_named(scheme: Scheme) -> tuple[str, ...]:
    """The ids that a policy names, each once.

    >>> schemes_named("chs-drg-2.0"), schemes_named(None)
    (('chs-drg-2.0',), ())
    """
    if isinstance(scheme, DatedScheme):
        return tuple(dict.fromkeys(name for _, name in scheme.steps))
    return () if scheme is None else (scheme,)


def read_scheme(raw: Any, path: str, problems: list[Mistake]) -> Scheme:
    """A name, or names by the day they group from; what is wrong goes to `problems`."""
    if raw is None or (isinstance(raw, str) and raw.strip()):
        return raw
    if not isinstance(raw, Mapping) or not raw:
        problems.append(Mistake(path, "not the name of a scheme, or names by date", got=raw))
        return None
    by = raw.get(BY, "discharge")
    if by not in get_args(DayOf):
        problems.append(Mistake(f"{path}.{BY}", "no such day of a stay", by, ", ".join(get_args(DayOf))))
    found: dict[datetime.date, str] = {}
    for key, name in raw.items():
        day = None if key == BY else read_day(key)
        if key == BY:
            continue
        if day is None:
            problems.append(Mistake(f"{path}.{key}", "not a day", key, "YYYY-MM-DD, or by"))
        elif not isinstance(name, str) or not name.strip():
            problems.append(Mistake(f"{path}.{key}", "not the name of a scheme", got=name))
        elif day in found:
            problems.append(Mistake(f"{path}.{key}", "two schemes from one day", got=name))
        else:
            found[day] = name
    if not found:
        problems.append(Mistake(path, "no scheme from any day", got=dict(raw)))
        return None
    steps: list[tuple[datetime.date, str]] = []
    for day, name in sorted(found.items()):
        if not steps or steps[-1][1] != name:
            steps.append((day, name))
    return DatedScheme(tuple(steps), by)


def laid_over(before: Scheme, after: Scheme, start: datetime.date) -> Scheme:
    """What a reform by date leaves: the schemes before its first day stay as they were."""
    if not isinstance(after, DatedScheme) or before is None:
        return after
    first = after.steps[0][0]
    old = before.steps if isinstance(before, DatedScheme) else ((start, before),)
    kept = tuple(step for step in old if step[0] < first)
    joined = (*kept, *(step for step in after.steps if not kept or step != (first, kept[-1][1])))
    return joined[0][1] if len(joined) == 1 and kept else DatedScheme(joined, after.by)
