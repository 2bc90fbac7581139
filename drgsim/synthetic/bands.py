"""Age bands and the cells of age and sex that the rest of the room counts in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from .data_tables import rows

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
