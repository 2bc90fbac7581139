"""The pots and the lines of their books, as `data/fund/pots.csv` and `lines.csv` name them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from .._paths import data_path


@dataclass(frozen=True, slots=True)
class Pot:
    """A fund with a balance of its own; months of reserve below which it is red or amber, where there are."""

    id: str
    scheme: str
    zh: str
    en: str
    red: float | None
    amber: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a pot's book. `counter` is the line of another pot that books the other side of a transfer.

    `index` and `growth` name what a spending line grows by; both empty for a line a rule of its own makes.
    """

    pot: str
    name: str
    side: str  # income or spending
    counter: str
    index: str
    growth: str
    zh: str
    en: str

    @property
    def id(self) -> str:
        return f"{self.pot}.{self.name}"


@cache
def pots() -> Mapping[str, Pot]:
    """Every pot by id, in the order of the file."""
    found = {}
    with data_path("fund", "pots.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            limits = [float(row[f"reserve_below_{name}"] or "nan") for name in ("red", "amber")]
            found[row["pot"]] = Pot(
                row["pot"], row["scheme"], row["zh"], row["en"],
                *(None if each != each else each for each in limits),
            )  # fmt: skip
    return MappingProxyType(found)


@cache
def lines() -> Mapping[str, Line]:
    """Every line by `pot.name`.

    >>> lines()["resident.to_catastrophic"].counter
    'catastrophic.from_resident'
    """
    with data_path("fund", "lines.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            Line(*(row[name] for name in ("pot", "line", "side", "counter", "index", "growth", "zh", "en")))
            for row in csv.DictReader(file)
        ]
    return MappingProxyType({line.id: line for line in rows})


def spending_kinds(pot: str) -> tuple[str, ...]:
    """Ids of the lines on which a pot's published spending is split; no transfers, no lines of levers."""
    return tuple(
        line.id for line in lines().values() if line.pot == pot and line.side == "spending" and line.index
    )
