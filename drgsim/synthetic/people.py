"""Who is in hospital: where insured and how, of what age and sex, and with how many stays in the year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .bands import bands
from .choose import Choices
from .members import city_persons, member_cells
from .randomness import BLOCK, Streams
from .targets import INSURANCES, targets

if TYPE_CHECKING:
    from .region import SyntheticRegion

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Patients:
    """The cases of a block, each with what its patient is. All arrays [cases].

    Attributes
    ----------
    first : position in the block of the patient's first stay
    order : 0 for a first stay, 1 for the next …
    place : where insured, position in `region.places`
    insurance, band, sex : as in `MemberCells`
    cell : cell of band and sex
    retired : bool
    age : completed years
    """

    first: Ints
    order: Ints
    place: Ints
    insurance: Ints
    band: Ints
    sex: Ints
    cell: Ints
    retired: Bools
    age: Ints

    @property
    def under_one(self) -> Bools:
        return self.age == 0


class People:
    """Draws the patients of a block. Stays of a patient follow each other; none goes on in the next block."""

    def __init__(self, region: SyntheticRegion, year: int) -> None:
        self.cells = member_cells(year)
        assumed = region.assumed
        stays = np.array(assumed["repeats"]["stays"])
        self._stays = Choices(stays)
        mean_stays = float((stays * np.arange(1, len(stays) + 1)).sum() / stays.sum())
        self._single = np.array([band.is_under_one for band in bands()])
        self._age_from = np.array([band.age_from for band in bands()])
        self._ages = np.array([band.age_to - band.age_from + 1 for band in bands()])
        # patients, not discharges: infants have one stay each, so that their age in days is right
        patients = self.cells.discharges / np.where(self._single[self.cells.band], 1.0, mean_stays)
        member = [
            np.where(self.cells.insurance == number, patients, 0.0) for number in range(len(INSURANCES))
        ]
        self._member = Choices(np.stack(member))
        self._origin = Choices(self._origins(region, year, np.array([part.sum() for part in member])))

    @staticmethod
    def _origins(
        region: SyntheticRegion, year: int, patients: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """Weights of place and insurance: origin = place * insurances + insurance."""
        persons = city_persons(region, year)
        inside = persons / persons.sum(axis=0) * patients
        flows = region.assumed["flows"]
        employee = flows["inbound_employee"]
        inbound = inside.sum() * flows["inbound"] * np.array([employee, 1.0 - employee])
        return np.concatenate([inside.ravel(), inbound])

    def draw(self, streams: Streams) -> Patients:
        """The patients of every case of a block."""
        origin = self._origin.draw(streams.uniform("origin", BLOCK))
        insurance = origin % len(INSURANCES)
        member = self._member.draw(streams.uniform("member", BLOCK), insurance)
        band = self.cells.band[member]
        stays = self._stays.draw(streams.uniform("stays", BLOCK)) + 1
        stays[self._single[band]] = 1
        ends = np.cumsum(stays)
        person = np.searchsorted(ends, np.arange(BLOCK), side="right")
        first = (ends - stays)[person]
        years = (streams.uniform("age", BLOCK) * self._ages[band]).astype(np.int64)
        return Patients(
            first,
            np.arange(BLOCK) - first,
            (origin // len(INSURANCES))[person],
            insurance[person],
            band[person],
            self.cells.sex[member][person],
            self.cells.cell[member][person],
            self.cells.retired[member][person],
            (self._age_from[band] + years)[person],
        )


def expected_discharges(region: SyntheticRegion, year: int) -> float:
    """Discharges of the region's insured in the whole year."""
    aims = targets(year)
    return region.insured_share * sum(aims[f"discharges.{name}"].amount for name in INSURANCES)
