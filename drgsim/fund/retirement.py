"""When members retire: the old ages, the gradual delay in law since 2025, and any further delay."""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from .._paths import data_path
from .profiles import AGES, SEXES

Floats = npt.NDArray[np.float64]
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
