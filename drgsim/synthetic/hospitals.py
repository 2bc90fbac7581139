"""The hospitals of a region, and where people are treated: place, level, hospital."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .calibrate import Calibration
from .people import Diseases, Patients
from .randomness import BLOCK, Choices, Pools, Streams, zipf
from .region_record import RegionRecord
from .targets import INSURANCES, LEVELS

Floats = npt.NDArray[np.float64]

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Hospitals:
    """Hospitals end to end by place and level: row = place * 3 + position of the level in `LEVELS`."""

    ids: tuple[str, ...]
    place: npt.NDArray[np.int64]
    level: npt.NDArray[np.int64]
    share: Floats  # of the cases of its place and level
    cost: Floats  # factor on cost, mean 1 over the cases of its row
    stay: Floats
    pool: Pools


def hospitals_of(region: RegionRecord) -> Hospitals:
    """The hospitals; what is random about them depends on the region alone."""
    assumed = region.assumed["hospitals"]
    ids, places, levels, shares = [], [], [], []
    for place, city in enumerate(region.places):
        for level in LEVELS:
            sizes = zipf(city.hospitals[level], assumed["size_exponent"])
            shares.append(sizes / sizes.sum())
            ids += [f"H{city.id}{level}{number:03d}" for number in range(1, len(sizes) + 1)]
            places += [place] * len(sizes)
            levels += [level] * len(sizes)
    streams = Streams(region.fixed_seed, 0)
    share = np.concatenate(shares)
    row = np.repeat(np.arange(len(shares)), [len(sizes) for sizes in shares])
    cost, stay = (
        _effect(streams.normal(name, len(ids)) * assumed[f"{name}_sd"], share, row)
        for name in ("cost", "stay")
    )
    return Hospitals(tuple(ids), np.array(places), np.array(levels), share, cost, stay, Pools(shares))


def _effect(logs: Floats, share: Floats, row: npt.NDArray[np.int64]) -> Floats:
    factor = np.array([math.exp(value) for value in logs])
    mean = np.bincount(row, weights=factor * share)
    return np.round(factor / mean[row], _DIGITS)


def hospital_table(region: RegionRecord) -> pd.DataFrame:
    """`SyntheticRegion.hospitals`."""
    hospitals = hospitals_of(region)
    return pd.DataFrame(
        {
            "hospital_id": hospitals.ids,
            "care_region": [region.places[place].id for place in hospitals.place],
            "hospital_level": hospitals.level,
            "share": hospitals.share,
            "cost_factor": hospitals.cost,
            "stay_factor": hospitals.stay,
        }
    )


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

    def __init__(self, region: RegionRecord, calibration: Calibration, hospitals: Hospitals) -> None:
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
    def _places_of(region: RegionRecord, care: Floats) -> Floats:
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
