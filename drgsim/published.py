"""Published national totals: what a simulated figure is printed beside, and what synthetic regions meet.

`data/published/*.csv` holds each figure as it was printed, with its unit, source and trust state;
`measures.csv` names the measures in Chinese and English.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ._paths import data_path
from .errors import NotFoundError

# what one printed unit is worth in the base unit of its measure
_SCALE = {"10^4": 1e4, "10^8": 1e8, "percent": 0.01}

_DIMENSIONS = ("insurance", "level", "member", "area")


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted: its id, both names, and the unit of `Figure.amount`."""

    id: str
    zh: str
    en: str
    unit: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number, as printed, and where it is from."""

    measure: str
    year: int
    insurance: str  # all, employee, resident
    level: str  # all, tertiary, secondary, primary …
    member: str  # all, active, retired …
    area: str  # china, or the place a local figure is from
    value: float  # as printed, in `unit`
    unit: str
    source: str  # id in data/sources.csv
    state: str  # read, secondary, assumed
    note: str

    @property
    def amount(self) -> float:
        """The figure in the base unit of its measure: persons, cases, yuan, days, share of 1."""
        return self.value * _SCALE.get(self.unit.split()[0], 1.0)


@cache
def measures() -> dict[str, Measure]:
    """Every measure by id."""
    return {row["measure"]: Measure(*row.values()) for row in _rows("measures")}


@cache
def figures() -> tuple[Figure, ...]:
    """Every published figure, in the order of the files."""
    names = sorted(path.stem for path in data_path("published").glob("*.csv") if path.stem != "measures")
    return tuple(_figure(row) for name in names for row in _rows(name))


def published(
    measure: str,
    year: int,
    *,
    insurance: str = "all",
    level: str = "all",
    member: str = "all",
    area: str = "china",
) -> Figure:
    """The published figure for a measure and year.

    Raises NotFoundError, with the nearest name or the years there are, when it was not published.

    >>> figure = published("mean_inpatient_cost", 2025, insurance="employee")
    >>> figure.amount, figure.source
    (11522.0, 'P03')
    """
    found = series(measure, insurance=insurance, level=level, member=member, area=area)
    if year not in found:
        raise NotFoundError(f"no published {measure} of that year", got=year, allowed=sorted(found))
    return found[year]


def series(
    measure: str,
    *,
    insurance: str = "all",
    level: str = "all",
    member: str = "all",
    area: str = "china",
) -> dict[int, Figure]:
    """The published figures of a measure by year.

    >>> sorted(series("mean_stay", insurance="resident"))
    [2021, 2023, 2024, 2025]
    """
    if measure not in measures():
        raise NotFoundError(
            "no published measure of that name", got=measure, allowed=sorted(measures()), nearest=measures()
        )
    asked = dict(zip(_DIMENSIONS, (insurance, level, member, area), strict=True))
    candidates = [figure for figure in figures() if figure.measure == measure]
    for name, value in asked.items():
        kept = [figure for figure in candidates if getattr(figure, name) == value]
        if not kept:
            there = sorted({str(getattr(figure, name)) for figure in candidates})
            raise NotFoundError(
                f"no published {measure} for that {name}", got=value, allowed=there, nearest=there
            )
        candidates = kept
    return {figure.year: figure for figure in candidates}


def _figure(row: dict[str, str]) -> Figure:
    year, value = int(row.pop("year")), float(row.pop("value"))
    return Figure(year=year, value=value, **row)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with data_path("published", f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
