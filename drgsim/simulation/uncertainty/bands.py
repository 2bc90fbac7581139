"""Bands from draws of hospitals: where a number would lie nine times in ten, and the tables drawn from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..._student import widening
from ...errors import ArgumentError
from ...settlement.statistics import stay_keys
from ..world.changed_hospitals import BEFORE
from ..world.outcome import MEASURES, Outcome
from ..world.sums import sums
from .sampling import Resampled, resample
from .strata import word

STRATUM = ("care_region", "hospital_level")
OUTPUTS = ("region", "insurance")  # whose fund


def by_hospital(outcome: Outcome) -> pd.DataFrame:
    """`MEASURES` (int64, fen) by care region, hospital level, hospital, insured region (`region`), insurance.

    A hospital that a scenario merges or lifts stands as the baseline has it: a lever is no other sample.
    A region that a case does not state is its other one, as in the settlement.
    """
    real = {name: before for name, before in BEFORE.items() if before in outcome.payments.stays}
    names = [real.get(name, name) for name in (*STRATUM, "hospital_id", "insured_region", "insurance")]
    words = stay_keys(outcome.payments, tuple(names))
    called = {before: name for name, before in real.items()}
    keys = {called.get(name, name): (found.codes, found.names) for name, found in words.items()}
    return sums(keys, outcome.ledger).rename(columns={"insured_region": "region"})


def resample_outcomes(
    outcomes: Mapping[str, Outcome], *, draws: int, seed: int, threads: int | None = 1
) -> Resampled:
    """Draw hospitals inside care region and level, alike for every outcome; the first is the baseline.

    Its outputs are the funds: insured `region` and `insurance`. Cases that name no hospital are of one; where
    a region has no other, its band is not known.
    """
    return resample(
        {name: by_hospital(outcome) for name, outcome in outcomes.items()},
        outputs=OUTPUTS,
        stratum=STRATUM,
        measures=MEASURES,
        draws=draws,
        seed=seed,
        threads=threads,
    )


Floats = npt.NDArray[np.float64]

LEVEL = 0.9
ALL = "all"
FEN = 100  # to the yuan
COLUMNS = ("scenario", "measure", "band", "year", "low", "middle", "high", "point")
_COUNTED = frozenset({"cases"})  # not money


def interval(draws: npt.NDArray[Any], level: float = LEVEL) -> tuple[Floats, Floats, Floats]:
    """Low, middle and high of draws along the first axis: quantiles that leave out as much on either side.

    >>> [float(edge) for edge in interval(np.arange(101.0))]
    [5.0, 50.0, 95.0]

    Raises ArgumentError unless 0 < level < 1.
    """
    if not 0 < level < 1:
        raise ArgumentError("the level of a band is a share between 0 and 1, both excluded", got=level)
    outside = round((1 - level) / 2, 12)  # 0.05, not 0.04999…
    low, middle, high = np.quantile(draws, [outside, 0.5, 1 - outside], axis=0)
    return low, middle, high


def sampling_bands(
    resampled: Resampled,
    *,
    baseline: str | None = None,
    year: int | None = None,
    level: float = LEVEL,
    counted: Collection[str] = _COUNTED,
) -> pd.DataFrame:
    """The sampling band of every scenario and measure, and of every difference from the baseline.

    Parameters
    ----------
    resampled : draws of one table for each scenario; its money in fen.
    baseline : the scenario that differences are taken from; the first unless stated.
    year : written into the rows.
    level : the share of draws inside a band; 0.9 is from 5 % to 95 %.
    counted : measures that are no money.

    Returns
    -------
    DataFrame with `COLUMNS` and the keys of `resampled.outputs`: "all" in a key is the sum over it, so the
    whole, each value of each key and each combination have their rows. `band` is "sampling" or
    "difference_sampling" (not for the baseline), widened for few hospitals (`freedom`). low, middle (the
    median of the draws), high and point (the estimate itself) are in yuan, or cases. Where no hospital
    could be drawn, low, middle and high are NaN: a band of no width would claim to know.

    Raises
    ------
    ArgumentError
        An unknown baseline, a level outside 0 … 1, or an output that is itself named "all".
    """
    scenarios = list(resampled.draws)
    baseline = scenarios[0] if baseline is None else baseline
    if baseline not in resampled.draws:
        raise ArgumentError("no scenario of this name was drawn", got=baseline, allowed=scenarios)
    keys, parts = _parts(resampled.outputs)
    unit = np.array([1 if measure in counted else FEN for measure in resampled.measures])
    unknown = parts @ ~resampled.held == 0
    wider = widening(freedom(resampled), level)
    point = {name: parts @ sums / unit for name, sums in resampled.point.items()}
    drawn = {name: parts @ sums / unit for name, sums in resampled.draws.items()}
    heads: list[tuple[str, str, str]] = []
    found: list[Floats] = []
    for name in scenarios:
        bands = {"sampling": (drawn[name], point[name])}
        if name != baseline:
            bands["difference_sampling"] = (drawn[name] - drawn[baseline], point[name] - point[baseline])
        for band, (draws, middle_of) in bands.items():
            low, middle, high = interval(draws, level)
            low, high = middle - wider * (middle - low), middle + wider * (high - middle)
            edges = np.stack([low, middle, high, middle_of], axis=-1)
            edges[unknown, :, :3] = np.nan
            heads += [(name, measure, band) for measure in resampled.measures]
            found += [edges[:, column] for column in range(len(resampled.measures))]
    table = pd.concat([keys] * len(heads), ignore_index=True)
    for column, words in zip(COLUMNS[:3], zip(*heads, strict=True), strict=True):
        table[column] = np.repeat(np.array(words, dtype=object), len(keys))
    table["year"] = year
    table[list(COLUMNS[4:])] = np.concatenate(found)
    return table[[*COLUMNS[:4], *keys.columns, *COLUMNS[4:]]]


def freedom(resampled: Resampled) -> float:
    """Hospitals less one of a stratum, the mean over stays: what a spread inside strata is known by.

    A draw knows neither the tails of the stays nor weights that were measured on the same hospitals; with few
    of them its spread is too small, and the band is widened as Student's t is for that number.
    """
    drawn = resampled.strata[resampled.strata["drawn"]]
    stays = drawn["stays"].to_numpy(np.float64)
    if not stays.sum():
        return 1.0
    return float((drawn["hospitals"].to_numpy(np.float64) - 1) @ stays / stays.sum())


def _parts(outputs: pd.DataFrame) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """The whole and its parts by each key: their keys, and which outputs each sums, (parts, outputs)."""
    texts = [tuple(word(value) for value in row) for row in outputs.itertuples(index=False)]
    if not len(outputs.columns):
        return pd.DataFrame(index=pd.RangeIndex(1)), np.ones((1, len(outputs)), np.int64)
    if any(ALL in text for text in texts):
        raise ArgumentError(
            f"an output is named {ALL!r}, which stands for the sum over a key", do="rename it"
        )
    sums: dict[tuple[str, ...], list[int]] = {}
    for every in product((True, False), repeat=len(outputs.columns)):
        for place, text in enumerate(texts):
            part = tuple(ALL if over else value for over, value in zip(every, text, strict=True))
            sums.setdefault(part, []).append(place)
    matrix = np.zeros((len(sums), len(outputs)), np.int64)
    for row, places in enumerate(sums.values()):
        matrix[row, places] = 1
    return pd.DataFrame(list(sums), columns=list(outputs.columns)), matrix
