"""Published figures of funds by year, and what of them was known on a day."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from .._paths import data_path
from ..errors import ArgumentError, NotFoundError

# what one printed unit is worth in persons, yuan, cases or a share of 1
_SCALE = {"1e8": 1e8, "1e4": 1e4, "%": 0.01}
NATION = "china"


@dataclass(frozen=True, slots=True)
class Observation:
    """One published number as printed; `amount` is in persons, yuan, cases or a share of 1.

    `known_from` is the first day on which it could be used.
    """

    place: str
    scheme: str
    measure: str
    year: str  # a year, or a span such as 2020-2025
    value: float
    unit: str
    source: str
    state: str
    known_from: datetime.date
    note: str

    @property
    def amount(self) -> float:
        return self.value * _SCALE.get(self.unit.split()[0], 1.0)


@cache
def observations() -> tuple[Observation, ...]:
    """Every shipped figure, in the order of the file."""
    with data_path("fund", "series.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_observation(row) for row in csv.DictReader(file))


def _observation(row: dict[str, str]) -> Observation:
    known = datetime.date.fromisoformat(row.pop("known_from"))
    return Observation(value=float(row.pop("value")), known_from=known, **row)


@cache
def _by_key() -> Mapping[tuple[str, str, str], tuple[Observation, ...]]:
    found: dict[tuple[str, str, str], list[Observation]] = {}
    for each in observations():
        found.setdefault((each.place, each.scheme, each.measure), []).append(each)
    return {key: tuple(sorted(rows, key=lambda row: row.year)) for key, rows in found.items()}


def day(value: str | datetime.date | None) -> datetime.date | None:
    """A day from a date or an ISO text; None stays None.

    >>> day("2023-12-31")
    datetime.date(2023, 12, 31)

    Raises ArgumentError when the text is no day.
    """
    if value is None or isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        raise ArgumentError("not a day", got=value, allowed="a day such as 2023-12-31") from None


def places() -> list[str]:
    """Places of which figures ship."""
    return sorted({place for place, _, _ in _by_key()})


@dataclass(frozen=True, slots=True)
class Known:
    """The published figures that were known on `as_of`; all of them when it is None.

    >>> Known("2023-12-31").latest("employee", "fund_income")
    (2022, 2079327000000.0)
    >>> Known().at("resident", "premium_min_per_head", 2024)
    400.0
    """

    as_of: datetime.date | None = None

    def __init__(self, as_of: str | datetime.date | None = None) -> None:
        object.__setattr__(self, "as_of", day(as_of))

    def rows(self, scheme: str, measure: str, *, place: str = NATION) -> tuple[Observation, ...]:
        found = _by_key().get((place, scheme, measure), ())
        return tuple(row for row in found if self.as_of is None or row.known_from <= self.as_of)

    def series(self, scheme: str, measure: str, *, place: str = NATION) -> dict[int, float]:
        """Amounts by year, oldest first; empty when none was known."""
        return {int(row.year): row.amount for row in self.rows(scheme, measure, place=place)}

    def at(self, scheme: str, measure: str, year: int, *, place: str = NATION) -> float | None:
        """The amount of a year, or None."""
        return self.series(scheme, measure, place=place).get(year)

    def latest(self, scheme: str, measure: str, *, place: str = NATION) -> tuple[int, float]:
        """The last year known and its amount.

        Raises NotFoundError when nothing was known.
        """
        known = self.series(scheme, measure, place=place)
        if not known:
            near = sorted({key[2] for key in _by_key() if key[:2] == (place, scheme)})
            raise NotFoundError(
                f"no {measure} of {scheme} in {place} was known"
                + (f" on {self.as_of}" if self.as_of else ""),
                got=measure,
                nearest=near,
            )
        year = max(known)
        return year, known[year]
