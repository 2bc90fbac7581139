"""Auxiliary types: kept in a disease type where they make its costs alike enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..model import AuxiliaryClass, AuxiliaryFactor
from .cases import LearningCases
from .stats import places_by, spread, spread_inside

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("type", "dimension", "cases", "cv", "cv_inside", "cut", "kept", "classes")


def auxiliary_factors(
    cases: LearningCases,
    type_of: npt.NDArray[np.object_],
    members: Mapping[str, npt.NDArray[np.bool_]],
    classes: Mapping[str, AuxiliaryClass],
    *,
    min_cases: int,
    cv_cut: float,
) -> tuple[list[AuxiliaryFactor], pd.DataFrame]:
    """The factors that are kept, and a row for every type and dimension that was tried.

    A dimension is tried where at least one class has `min_cases` and as many cases are outside; it is
    kept where the coefficient of variation falls by `cv_cut` of itself. The factor of a class is its mean
    cost over the type's, both of the last year.
    """
    import pandas as pd

    last = cases.year == cases.year.max()
    factors: list[AuxiliaryFactor] = []
    rows = []
    by_dimension: dict[str, list[str]] = {}
    for name, item in classes.items():
        by_dimension.setdefault(item.dimension, []).append(name)
    for code, places in places_by(type_of).items():
        for dimension, names in by_dimension.items():
            part = _parts(members, names, places, min_cases)
            if part is None:
                continue
            before, inside = spread(cases.cost[places]), spread_inside(cases.cost[places], part)
            cut = 1 - inside / before if before > 0 else 0.0
            kept = [name for number, name in enumerate(names, start=1) if (part == number).any()]
            rows.append((code, dimension, len(places), before, inside, cut, cut >= cv_cut, "|".join(kept)))
            if cut < cv_cut:
                continue
            mean = _last_mean(cases, places, last)
            for name in kept:
                own = places[part == names.index(name) + 1]
                own_mean = _last_mean(cases, own, last)
                factors.append(
                    AuxiliaryFactor(code, name, round(own_mean / mean, 4), len(own), round(own_mean, 2))
                )
    return factors, pd.DataFrame(rows, columns=list(COLUMNS))


def _parts(
    members: Mapping[str, npt.NDArray[np.bool_]],
    names: list[str],
    places: npt.NDArray[np.int64],
    min_cases: int,
) -> npt.NDArray[np.int64] | None:
    """The class of each case, the first it is in (0: none that is common enough); None for a single part."""
    part = np.zeros(len(places), np.int64)
    for number, name in enumerate(names, start=1):
        part[(part == 0) & members[name][places]] = number
    counts = np.bincount(part, minlength=len(names) + 1)
    rare = np.flatnonzero(counts < min_cases)
    part[np.isin(part, rare)] = 0
    return part if len(np.unique(part)) > 1 and (part == 0).sum() >= min_cases else None


def _last_mean(cases: LearningCases, places: npt.NDArray[np.int64], last: npt.NDArray[np.bool_]) -> float:
    """The mean cost of the last year; of all years where it has no case."""
    own = places[last[places]]
    return float(cases.cost[own if len(own) else places].mean())
