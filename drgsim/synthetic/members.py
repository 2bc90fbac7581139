"""The insured of a region by insurance, age band and sex, and how often they are in hospital."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from .region_record import RegionRecord
from .targets import INSURANCES, SEXES, bands, rows, targets

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MemberCells:
    """Kinds of insured people, the same in every city.

    Attributes
    ----------
    insurance, band, sex : int64 [cells]; insurance counts `INSURANCES`, band `bands()`, sex 1 or 2
    member : str of each cell, such as retired
    persons : float64 [cells], people in the country
    discharges : float64 [cells], their discharges in the year
    """

    insurance: npt.NDArray[np.int64]
    band: npt.NDArray[np.int64]
    sex: npt.NDArray[np.int64]
    member: tuple[str, ...]
    persons: Floats
    discharges: Floats

    @property
    def cell(self) -> npt.NDArray[np.int64]:
        """The cell of age band and sex."""
        return self.band * len(SEXES) + self.sex - 1

    @property
    def retired(self) -> npt.NDArray[np.bool_]:
        return np.array([member == "retired" for member in self.member])


@cache
def member_cells(year: int) -> MemberCells:
    """The country's insured people of a year. Shares of bands and their relative use are assumed; the
    numbers of insured, retired and discharges are published."""
    aims = {id: target.amount for id, target in targets(year).items()}
    band_ids = [band.id for band in bands()]
    listed = [row for row in rows("members.csv") for _ in SEXES]
    sex = np.array(SEXES * (len(listed) // len(SEXES)))
    female = np.array([float(row["female"]) for row in listed])
    insurance = np.array([INSURANCES.index(row["insurance"]) for row in listed])
    member = tuple(row["member"] for row in listed)
    heads = {
        "active": aims["insured.employee"] - aims["retired"],
        "retired": aims["retired"],
        "minor": aims["insured.resident"],
        "adult": aims["insured.resident"],
    }
    share = np.array([float(row["share"]) * heads[row["member"]] for row in listed])
    use = np.array([float(row["relative_use"]) for row in listed])
    expected = share * use
    _set_ratio(expected, member, share, aims)
    expected *= np.where(sex == 2, female, 1.0 - female)
    for number, name in enumerate(INSURANCES):
        inside = insurance == number
        expected[inside] *= aims[f"discharges.{name}"] / expected[inside].sum()
    return MemberCells(
        insurance,
        np.array([band_ids.index(row["band"]) for row in listed]),
        sex,
        member,
        share / len(SEXES),
        expected,
    )


def _set_ratio(expected: Floats, member: tuple[str, ...], share: Floats, aims: dict[str, float]) -> None:
    """Scale the discharges of the retired so that their rate beside that of the active is the published."""
    active, retired = (np.array([name == kind for name in member]) for kind in ("active", "retired"))
    rates = [expected[of].sum() / share[of].sum() for of in (active, retired)]
    expected[retired] *= aims["use.retired"] / aims["use.active"] / (rates[1] / rates[0])


def city_persons(region: RegionRecord, year: int) -> Floats:
    """Insured persons by city and insurance: float64 [cities, insurances]."""
    aims = targets(year)
    totals = np.array([aims[f"insured.{name}"].amount for name in INSURANCES]) * region.insured_share
    share = np.array([city.insured for city in region.cities])
    employee = share * np.array([city.employee for city in region.cities])
    employees = employee / employee.sum() * totals[0]
    return np.stack([employees, share * totals.sum() - employees], axis=1)


def insured_table(region: RegionRecord, year: int) -> pd.DataFrame:
    """`SyntheticRegion.insured`."""
    cells = member_cells(year)
    persons = city_persons(region, year)
    national = np.array([cells.persons[cells.insurance == number].sum() for number in range(len(INSURANCES))])
    parts = persons[:, cells.insurance] / national[cells.insurance]
    count = len(cells.member)
    return pd.DataFrame(
        {
            "region": np.repeat([city.id for city in region.cities], count),
            "insurance": np.tile([INSURANCES[number] for number in cells.insurance], len(region.cities)),
            "member": np.tile(cells.member, len(region.cities)),
            "band": np.tile([bands()[number].id for number in cells.band], len(region.cities)),
            "sex": np.tile(cells.sex, len(region.cities)),
            "persons": (parts * cells.persons).ravel(),
            "discharges": (parts * cells.discharges).ravel(),
        }
    )
