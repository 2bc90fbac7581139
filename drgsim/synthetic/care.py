"""Where people are treated: place, hospital level, hospital, and how the way there was registered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .calibrate import Calibration
from .choose import Choices
from .disease import Diseases
from .hospitals import Hospitals
from .people import Patients
from .randomness import BLOCK, Streams
from .targets import INSURANCES, LEVELS

if TYPE_CHECKING:
    from .region import SyntheticRegion

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

REGISTRATIONS = ("local", "long_term", "referral", "emergency", "unregistered")


@dataclass(frozen=True, slots=True)
class Treatment:
    """The cases of a block, each with its hospital. All arrays [cases]; positions in `region.places`,
    `LEVELS`, the region's hospitals and `REGISTRATIONS`."""

    place: Ints
    level: Ints
    hospital: Ints
    registration: Ints


class Care:
    """Draws the hospitals of a block of cases."""

    def __init__(self, region: SyntheticRegion, calibration: Calibration, hospitals: Hospitals) -> None:
        self._cost_class = calibration.cost_class
        self._classes = calibration.care.shape[2]
        self._cities, self._places = len(region.cities), len(region.places)
        self._place = Choices(self._places_of(region, calibration.care))
        self._level = Choices(calibration.level.reshape(-1, len(LEVELS)))
        self._hospital = hospitals.pool
        away = region.assumed["registration"]
        rows = [
            [0.0, *(away[of][name] for name in REGISTRATIONS[1:])] for of in ("in_province", "other_province")
        ]
        self._registration = Choices([[1.0, 0.0, 0.0, 0.0, 0.0], *rows])

    @staticmethod
    def _places_of(region: SyntheticRegion, care: Floats) -> Floats:
        """Weights of the places of care: row = (insurance * places + place insured) * classes + class."""
        drawing = np.array([city.insured * city.drawing for city in region.cities] + [0.0])
        inbound = np.broadcast_to(drawing, (len(INSURANCES), 1, *care.shape[2:]))
        return np.concatenate([care, inbound], axis=1).reshape(-1, len(drawing))

    def draw(self, streams: Streams, patients: Patients, diseases: Diseases) -> Treatment:
        """The hospital of every case of a block."""
        heavy = self._cost_class[diseases.drg]
        row = (patients.insurance * self._places + patients.place) * self._classes + heavy
        place = self._place.draw(streams.uniform("place", BLOCK), row)
        # people of other provinces choose among levels as those of another city do
        city = np.where(patients.place < self._cities, patients.place, np.where(place == 0, 1, 0))
        row = ((patients.insurance * self._cities + city) * self._places + place) * self._classes + heavy
        level = self._level.draw(streams.uniform("level", BLOCK), row)
        hospital = self._hospital.draw(streams.uniform("hospital", BLOCK), place * len(LEVELS) + level)
        outside = self._cities
        across = (place == outside) | (patients.place == outside)
        way = np.where(place == patients.place, 0, np.where(across, 2, 1))
        return Treatment(
            place, level, hospital, self._registration.draw(streams.uniform("registration", BLOCK), way)
        )
