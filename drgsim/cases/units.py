"""Units in which files write what the case table holds in one unit."""

from __future__ import annotations

import re

# unit → (times, divided by) that turn it into the case table's unit (g, hours, yuan): two whole
# numbers, so that 1234 fen become exactly what 12.34 reads as; None: read by parse_duration
UNITS: dict[str, tuple[int, int] | None] = {
    "g": (1, 1),
    "kg": (1000, 1),
    "hours": (1, 1),
    "minutes": (1, 60),
    "days": (24, 1),
    "days/hours/minutes": None,
    "months": (304, 10),  # into days, whole ones
    "yuan": (1, 1),
    "fen": (1, 100),
    "10k yuan": (10000, 1),
}

_DURATION = re.compile(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*/\s*(\d{1,6})\s*")


def parse_duration(text: str) -> float | None:
    """Hours of a duration written 天/时/分, or None when it is not one.

    >>> parse_duration("1/2/30"), parse_duration("0/0/0"), parse_duration("abc")
    (26.5, 0.0, None)
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    days, hours, minutes = map(int, match.groups())
    return days * 24 + hours + minutes / 60
