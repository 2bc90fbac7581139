"""The tables of `data/synthetic`: published totals that a year's cases meet, by bands of age and sex."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from .._paths import data_path
from ..published import Figure, measures, published, series


@cache
def rows(*parts: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a CSV file, by column name."""
    with data_path("synthetic", *parts).open(encoding="utf-8", newline="") as file:
        return tuple(MappingProxyType(row) for row in csv.DictReader(file))


@cache
def document(*parts: str) -> Mapping[str, Any]:
    """A TOML file."""
    return MappingProxyType(tomllib.loads(data_path("synthetic", *parts).read_text(encoding="utf-8")))


@cache
def drawn(name: str) -> float:
    """A number by which something is drawn, of `draws.csv`, with source and trust there.

    >>> drawn("icu_hours_least")
    12.0
    """
    return {row["name"]: float(row["value"]) for row in rows("draws.csv")}[name]


SEXES = (1, 2)


@dataclass(frozen=True, slots=True)
class Band:
    """An age band: completed years, and days for those under one year."""

    id: str
    zh: str
    en: str
    age_from: int
    age_to: int
    days_from: int | None
    days_to: int | None
    medical_department: str  # where its medical cases lie, "" for that of the disease

    @property
    def is_under_one(self) -> bool:
        return self.days_from is not None


@cache
def bands() -> tuple[Band, ...]:
    """The age bands from young to old."""
    return tuple(
        Band(
            row["band"],
            row["zh"],
            row["en"],
            int(row["age_from"]),
            int(row["age_to"]),
            int(row["days_from"]) if row["days_from"] else None,
            int(row["days_to"]) if row["days_to"] else None,
            row["medical_department"],
        )
        for row in rows("bands.csv")
    )


def cell_count() -> int:
    """The number of cells of band and sex. Cell = 2 * band + sex - 1."""
    return len(bands()) * len(SEXES)


INSURANCES = ("employee", "resident")
LEVELS = (3, 2, 1)
LEVEL_NAMES = {3: "tertiary", 2: "secondary", 1: "primary"}


@dataclass(frozen=True, slots=True)
class Target:
    """A figure to meet, in the base unit of its measure, and the published one it comes from."""

    id: str
    zh: str
    en: str
    unit: str
    amount: float
    figure: Figure
    state: str
    note: str


class _Year:
    """Figures of the year asked for, or of the nearest year there is, which is then said."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.found: dict[str, Target] = {}

    def near(self, measure: str, **dimensions: str) -> Figure:
        years = series(measure, **dimensions)
        return years[min(years, key=lambda year: (abs(year - self.year), -year))]

    def take(self, id: str, figure: Figure, *, factor: float = 1.0, note: str = "") -> Target:
        """Keep `figure`, times `factor`, as the target `id`."""
        other_year = figure.year != self.year
        notes = [figure.note, note, f"figure of {figure.year}" if other_year else ""]
        measure = measures()[figure.measure]
        self.found[id] = Target(
            id,
            measure.zh,
            measure.en,
            measure.unit,
            figure.amount * factor,
            figure,
            "assumed" if other_year or factor != 1.0 else figure.state,
            "; ".join(text for text in notes if text),
        )
        return self.found[id]


def targets(year: int) -> Mapping[str, Target]:
    """Every target of a year by its id, such as `cost.employee.3` or `cross_province.cases`."""
    of = _Year(year)
    for insurance in INSURANCES:
        for measure, name in (("insured", "insured"), ("discharges", "discharges")):
            of.take(f"{name}.{insurance}", of.near(measure, insurance=insurance))
        of.take(f"cost.{insurance}", of.near("mean_inpatient_cost", insurance=insurance))
        of.take(f"stay.{insurance}", of.near("mean_stay", insurance=insurance))
        _levels(of, insurance)
    of.take("retired", of.near("insured", insurance="employee", member="retired"))
    for member in ("active", "retired"):
        rate = published("hospitalisation_rate_published", 2021, insurance="employee", member=member)
        of.take(f"use.{member}", rate, note="only its ratio to the other is used")
    of.take("cross_province.cases", of.near("cross_province_discharge_share"))
    of.take("cross_province.cost", of.near("cross_province_cost_share"), note="applied to inpatient cost")
    of.take("in_province.cost", of.near("in_province_cost_share"), note="applied to inpatient cost")
    of.take("readmission", of.near("readmission_15_days", area="an eastern province"))
    return of.found


def _levels(of: _Year, insurance: str) -> None:
    """Shares of the levels as they are; cost and stay of the levels so that their mean is the year's."""
    names = {level: {"insurance": insurance, "level": LEVEL_NAMES[level]} for level in LEVELS}
    shares = {level: of.near("level_share", **names[level]) for level in LEVELS}
    whole = sum(figure.amount for figure in shares.values())
    for level in LEVELS:
        target = of.take(
            f"level.{insurance}.{level}", shares[level], note="scaled so that the three add to 1"
        )
        of.found[target.id] = replace(target, amount=target.amount / whole)
    for name, measure in (("cost", "mean_inpatient_cost"), ("stay", "mean_stay")):
        figures = {level: _level_figure(of, measure, names[level], level) for level in LEVELS}
        mean = sum(shares[level].amount / whole * figures[level].amount for level in LEVELS)
        factor = of.found[f"{name}.{insurance}"].amount / mean
        for level in LEVELS:
            note = "scaled so that the mean of the levels is the year's"
            of.take(f"{name}.{insurance}.{level}", figures[level], factor=factor, note=note)


def _level_figure(of: _Year, measure: str, names: dict[str, str], level: int) -> Figure:
    """A figure by level; where residents have none, that of all payers."""
    if measure == "mean_stay" and names["insurance"] == "resident":
        return of.near(measure, level="first_class" if level == 1 else names["level"])
    return of.near(measure, **names)
