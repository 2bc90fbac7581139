"""The hospitals of a region: how many of each level where, how large, and how each departs from the mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from .choose import Pools, zipf
from .randomness import Streams
from .targets import LEVELS

if TYPE_CHECKING:
    from .region import SyntheticRegion

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


def hospitals_of(region: SyntheticRegion) -> Hospitals:
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


def hospital_table(region: SyntheticRegion) -> pd.DataFrame:
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
