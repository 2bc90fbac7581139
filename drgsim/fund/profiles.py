"""What a single year of age means: relative cost, membership, mortality and the like, and when members
retire."""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from .._paths import data_path
from .assumptions import constant
from .series import Known

Floats = npt.NDArray[np.float64]

AGES = 101  # 0 to 99, and 100 and older
SEXES = ("men", "women")
_PERIODS = tuple(f"{year}-{year + 5}" for year in range(2015, 2060, 5))


@cache
def profile(name: str) -> Floats:
    """(2, 101): values by sex (men, women) and age; read only.

    >>> float(profile("inpatient")[0, 75])
    4.29
    """
    values = np.zeros((2, AGES))
    with data_path("fund", "profiles.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["profile"] == name:
                sexes = (0, 1) if row["sex"] == "both" else (SEXES.index(row["sex"]),)
                for sex in sexes:
                    values[sex, int(row["from_age"]) : int(row["to_age"]) + 1] = float(row["value"])
    values.setflags(write=False)
    return values


@cache
def death_rates(year: int) -> Floats:
    """(2, 101): deaths per person-year by sex and age in a calendar year, between the UN's five-year periods.

    Before the middle of the first period and after that of the last its rates hold.
    """
    middles = np.array([int(period[:4]) + 2.5 for period in _PERIODS])
    tables = _death_tables()
    place = float(np.clip(year + 0.5, middles[0], middles[-1]))
    upper = int(np.clip(np.searchsorted(middles, place), 1, len(middles) - 1))
    share = (place - middles[upper - 1]) / (middles[upper] - middles[upper - 1])
    rates = np.asarray(np.exp((1 - share) * np.log(tables[upper - 1]) + share * np.log(tables[upper])))
    rates.setflags(write=False)
    return rates


@cache
def _death_tables() -> Floats:
    """(periods, 2, 101)"""
    tables = np.zeros((len(_PERIODS), 2, AGES))
    starts = [0, 1, *range(5, 100, 5), 100]
    for sex, name in enumerate(SEXES):
        for start, end in zip(starts, [*starts[1:], AGES], strict=True):
            measure = f"un_mx_age_{start}{'+' if start == 100 else ''}"
            for row in Known().rows(name, measure):
                tables[_PERIODS.index(row.year), sex, start:end] = row.value
    if (tables <= 0).any():
        raise ValueError("death rates are missing")
    return tables


@cache
def census() -> Floats:
    """(2, 101): persons at the census of 2020 by sex and age, spread evenly over each band's years.

    Whom the open band from 85 years on counts falls from age to age by the constant `census_tail`.
    """
    people = np.zeros((2, AGES))
    for sex, name in enumerate(SEXES):
        for start in range(0, 85, 5):
            band = Known().at(name, f"census_population_{start}-{start + 4}", 2020)
            people[sex, start : start + 5] = (band or 0.0) / 5
        tail = constant("census_tail") ** np.arange(AGES - 85)
        people[sex, 85:] = (Known().at(name, "census_population_85+", 2020) or 0.0) * tail / tail.sum()
    people.setflags(write=False)
    return people


@cache
def un_births(year: int) -> float:
    """Births of the UN's medium path in a year; after its last year that year's."""
    known = Known().series("all", "un_births")
    return known[min(max(year, min(known)), max(known))]


@cache
def fertility_rate(year: int) -> float:
    """Children a woman of the UN's medium path."""
    known = Known().series("all", "un_tfr")
    return known[min(max(year, min(known)), max(known))]


@cache
def births_by_age(year: int) -> Floats:
    """(101,): births a woman of that age has in a year, by the UN's fertility and an assumed shape."""
    shape = profile("fertility")[1]
    return np.asarray(shape / shape.sum() * fertility_rate(year))


MONTHS = 12


@dataclass(frozen=True, slots=True)
class Retirement:
    """One group's schedule: the age, and one month later for every `step` months of birth up to `most`."""

    group: str
    sex: int
    age: int
    share: float  # of the members of that sex
    first: int  # month of birth of the first who wait, counted from year 0
    step: int
    most: int
    source: str
    state: str

    def delay(self, born: int) -> int:
        """Months by which those born in that month retire later."""
        since = born - self.first
        return 0 if since < 0 else min(since // self.step + 1, self.most)

    def delay_at_end_of(self, year: int) -> int:
        """Months of delay of those who retire last in a year.

        >>> men = schedule()[0]
        >>> [men.delay_at_end_of(year) for year in (2024, 2025, 2027, 2030, 2033, 2036, 2039)]
        [0, 3, 7, 15, 22, 29, 36]
        """
        december = year * MONTHS + MONTHS - 1
        born = december - self.age * MONTHS - self.most
        while born + 1 + self.age * MONTHS + self.delay(born + 1) <= december:
            born += 1
        return self.delay(born)


@cache
def schedule() -> tuple[Retirement, ...]:
    """Every group of `data/fund/retirement.csv`."""
    with data_path("fund", "retirement.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Retirement(
                row["group"], SEXES.index(row["sex"]), int(row["age_years"]), float(row["share"]),
                _month(row["first_birth_month"]), int(row["months_per_step"]), int(row["max_months"]),
                row["source"], row["state"],
            )
            for row in csv.DictReader(file)
        )  # fmt: skip


def _month(text: str) -> int:
    day = datetime.date.fromisoformat(f"{text}-01")
    return day.year * MONTHS + day.month - 1


def retired_share(year: int, reform: float, extra_months: float) -> Floats:
    """(2, 101): share of employees of each sex and age that are retired when a year ends.

    `reform` is the part of the delay in law that is in force (1, or 0 for the old ages), `extra_months` comes
    on top. Those of one age are taken as born evenly over a year.

    >>> float(retired_share(2024, 1.0, 0.0)[0, 60]), float(retired_share(2040, 1.0, 0.0)[0, 62])
    (1.0, 0.0)
    """
    share = np.zeros((2, AGES))
    ages = np.arange(AGES)
    for group in schedule():
        months = reform * group.delay_at_end_of(year) + extra_months
        age = group.age + months / MONTHS
        share[group.sex] += group.share * np.clip(ages + 1 - age, 0, 1)
    return share
