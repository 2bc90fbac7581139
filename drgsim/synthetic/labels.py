"""The words of a block: region, hospital, department, insurance, registration, group."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .bands import bands
from .care import REGISTRATIONS, Treatment
from .disease import Diseases
from .hospitals import Hospitals
from .mix import CaseMix
from .people import Patients
from .tables import rows
from .targets import INSURANCES, LEVELS

if TYPE_CHECKING:
    from .region import SyntheticRegion
    from .satisfy import CasePools

Texts = npt.NDArray[np.object_]


class Labels:
    """What stands in the text columns of cases."""

    def __init__(self, region: SyntheticRegion, pools: CasePools, mix: CaseMix, hospitals: Hospitals) -> None:
        self._places = _texts(place.id for place in region.places)
        self._hospitals = _texts(hospitals.ids)
        self._levels = np.array(LEVELS)
        self._registrations, self._insurances = _texts(REGISTRATIONS), _texts(INSURANCES)
        self._groups = _texts(pools.drgs)
        stated = {row["mdc"]: row for row in rows("mdc_mix.csv")}
        self._departments = np.stack(
            [
                _texts(stated.get(letter, {}).get(column, "") for letter in mix.chapter)
                for column in ("department_surgical", "department")
            ]
        )
        self._of_band = _texts(band.medical_department for band in bands())
        self._asked = _texts(core.needs.department or "" for core in pools.cores)

    def columns(self, patients: Patients, diseases: Diseases, treatment: Treatment) -> dict[str, Any]:
        """Where and how each case is insured and treated."""
        return {
            "hospital_id": self._hospitals[treatment.hospital],
            "hospital_level": self._levels[treatment.level],
            "department": self._department(patients, diseases),
            "insured_region": self._places[patients.place],
            "care_region": self._places[treatment.place],
            "registration": self._registrations[treatment.registration],
            "insurance": self._insurances[patients.insurance],
            "retired": patients.retired,
        }

    def groups(self, diseases: Diseases) -> Texts:
        """The group each case is made for."""
        return self._groups[diseases.drg]

    def _department(self, patients: Patients, diseases: Diseases) -> Texts:
        """The department a rule asks for, else that of children, else that of the chapter."""
        usual = self._departments[diseases.medical.astype(np.int64), diseases.target]
        of_band = self._of_band[patients.band]
        usual = np.where(diseases.medical & (of_band != ""), of_band, usual)
        asked = self._asked[diseases.core]
        return np.where(asked != "", asked, usual)


def _texts(texts: Iterable[str]) -> Texts:
    return np.array(list(texts), dtype=object)
