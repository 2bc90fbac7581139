"""Bands of a valuation: half, four fifths and nine tenths of the draws, and why a middle is not the point."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from .pots import pots
from .valuation import LEVELS, MEASURES, Course, Valuation

Floats = npt.NDArray[np.float64]

NOTABLE = 0.1  # of the 90 % band: a distance of median and point that is told with its reason
LOPSIDED = 0.2  # of an interval: a distance of its middle from the value that is told
KEYS = ("scenario", "region", "pot", "measure", "band")
_OUTSIDE = tuple(round((1 - level) / 2, 12) for level in LEVELS)
_EDGES = (0.5, *_OUTSIDE, *(1 - each for each in _OUTSIDE))


def bands(valuation: Valuation) -> pd.DataFrame:
    """See `Valuation.bands`."""
    base, keys, numbers = valuation.courses[0], [], []
    asked = product(valuation.courses, valuation.named_regions(), valuation.used_pots, MEASURES)
    for course, (name, region), pot, measure in asked:
        place = list(pots()).index(pot)
        own = _drawn(course, measure, region, place)
        keys.append((course.scenario.id, name, pot, measure, "level"))
        numbers.append(_numbers(*own))
        if course is not base:
            other = _drawn(base, measure, region, place)
            keys.append((course.scenario.id, name, pot, measure, "difference"))
            numbers.append(_numbers(own[0] - other[0], own[1] - other[1]))
    columns = ["point", "median"]
    columns += [f"{side}_{level * 100:.0f}" for side in ("low", "high") for level in LEVELS]
    table = pd.DataFrame(np.concatenate(numbers), columns=columns)
    for place, key in enumerate(KEYS):
        table.insert(place, key, np.repeat([each[place] for each in keys], valuation.years))
    years = np.arange(valuation.first_year, valuation.first_year + valuation.years)
    table.insert(len(KEYS), "year", np.tile(years, len(keys)))
    far = (table["median"] - table["point"]).abs() > NOTABLE * (table["high_90"] - table["low_90"])
    table["reason"] = np.where(far, _reason(valuation), "")
    return table


def _drawn(course: Course, measure: str, region: int | None, pot: int) -> tuple[Floats, Floats]:
    """Draws (draws, years) and point values (years,)."""
    assert course.drawn is not None
    return course.drawn.measure(measure, region, pot), course.money.measure(measure, region, pot)[0]


def _numbers(draws: Floats, point: Floats) -> Floats:
    """(years, columns): point, median, low ends, high ends."""
    return np.column_stack([point, *np.quantile(draws, _EDGES, axis=0)])


def _reason(valuation: Valuation) -> str:
    """Why the middle of the draws may be away from the point value."""
    assumptions = valuation.fund.assumptions
    lopsided = []
    for name in assumptions.uncertain:
        at = assumptions[name]
        if at.low is not None and at.high is not None:
            away = abs(at.high + at.low - 2 * at.value)
            if away > LOPSIDED * (at.high - at.low):
                lopsided.append(name)
    words = "growth compounds, so that high draws weigh more than low ones"
    return f"{words}; intervals that reach farther to one side: {', '.join(lopsided)}" if lopsided else words
