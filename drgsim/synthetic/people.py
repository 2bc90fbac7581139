"""Who is in hospital and why: where insured and how, age and sex, group and severity of the case."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .calibrate import Calibration
from .members import city_persons, member_cells
from .mix import KINDS, CaseMix
from .randomness import BLOCK, Choices, Streams
from .region_record import RegionRecord
from .satisfy import CasePools
from .satisfy.severity_codes import SEVERITIES
from .targets import INSURANCES, bands, targets

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

    def __init__(self, region: RegionRecord, year: int) -> None:
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
        region: RegionRecord, year: int, patients: npt.NDArray[np.float64]
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


def expected_discharges(region: RegionRecord, year: int) -> float:
    """Discharges of the region's insured in the whole year."""
    aims = targets(year)
    return region.insured_share * sum(aims[f"discharges.{name}"].amount for name in INSURANCES)


_ONCE = frozenset("OP")  # chapters that do not come back within days: birth


@dataclass(frozen=True, slots=True)
class Diseases:
    """The cases of a block, each with what it is about. All arrays [cases].

    Attributes
    ----------
    target : position in the targets of the pools
    core : position in the cores of the pools
    drg : position in the groups of the pools
    severity : 0 none, 1 CC, 2 MCC
    medical : bool, no surgical or procedure group
    soon : bool, the stay begins within days of the patient's last
    """

    target: Ints
    core: Ints
    drg: Ints
    severity: Ints
    medical: Bools
    soon: Bools


class Illness:
    """Draws the diseases of a block of patients."""

    def __init__(
        self, region: RegionRecord, pools: CasePools, mix: CaseMix, calibration: Calibration
    ) -> None:
        self._pools, self._mix = pools, mix
        self._repeats = region.assumed["repeats"]
        self._inbound = len(region.cities)  # the place whose insured come from other provinces
        self._medical = mix.kind == len(KINDS) - 1
        self._comes_back = self._medical & np.array([letter not in _ONCE for letter in mix.chapter])
        # whoever comes from another province is as heavy as those who leave for one
        leaving = calibration.care[0, 0, :, -1][calibration.cost_class]
        inbound = mix.share * np.where(mix.drg >= 0, leaving[mix.drg], 0.0)
        self._entries = Choices(np.concatenate([mix.share, inbound]))

    def draw(self, streams: Streams, patients: Patients) -> Diseases:
        """The disease of every case of a block."""
        soon = (patients.order > 0) & (streams.uniform("soon", BLOCK) < self._repeats["soon"])
        row = patients.cell + len(self._mix.share) * (patients.place == self._inbound)
        entry = self._entries.draw(streams.uniform("entry", BLOCK), row)
        pool = entry // len(SEVERITIES) * len(self._mix.share) + patients.cell
        core = self._pools.members[self._pools.pool.draw(streams.uniform("core", BLOCK), pool)]
        # the same disease again takes the place of another that comes back, so that the mix stays as it is
        lasting = self._comes_back[entry // len(SEVERITIES)]
        again = soon & (streams.uniform("same disease", BLOCK) < self._repeats["same"])
        again[1:] &= lasting[1:] & lasting[:-1]
        source = np.maximum.accumulate(np.where(again, 0, np.arange(BLOCK)))
        entry, core = entry[source], core[source]
        target, severity = np.divmod(entry, len(SEVERITIES))
        return Diseases(
            target, core, self._mix.drg[patients.cell, entry], severity, self._medical[target], soon
        )
