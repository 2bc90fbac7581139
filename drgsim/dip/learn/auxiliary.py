"""Auxiliary types: kept in a disease type where they make its costs alike enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..model import AuxiliaryClass, AuxiliaryFactor
from .cases import FEN, LearningCases
from .stats import Groups, Ints, spread, spread_inside

COLUMNS = ("type", "dimension", "cases", "cv", "cv_inside", "cut", "kept", "classes")


def auxiliary_factors(
    cases: LearningCases,
    types: Groups,
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
    last = cases.years.place == len(cases.years.stated) - 1
    factors: list[AuxiliaryFactor] = []
    rows = []
    by_dimension: dict[str, list[str]] = {}
    for name, item in classes.items():
        by_dimension.setdefault(item.dimension, []).append(name)
    parts = {
        dimension: _parts([members[name] for name in names], types, min_cases)
        for dimension, names in by_dimension.items()
    }
    for number, (code, places) in enumerate(zip(types.names, types.rows, strict=True)):
        for dimension, names in by_dimension.items():
            part_of, tried = parts[dimension]
            if not tried[number]:
                continue
            part = part_of[places]
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
    members: Sequence[npt.NDArray[np.bool_]], types: Groups, min_cases: int
) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """The class of each case: the first it is in, 0 for none that its type has `min_cases` of; and for each
    type whether some class and what is outside all of them are both common enough."""
    width = len(members) + 1
    part = np.zeros(len(types.group), np.int64)
    for number, member in enumerate(members, start=1):
        part[(part == 0) & member] = number
    cell = types.group * width + part
    inside = types.group >= 0
    counts = np.bincount(cell[inside], minlength=len(types) * width).reshape(len(types), width)
    common = counts[:, 1:] >= min_cases
    part[inside & ~np.insert(common, 0, True, axis=1).ravel()[np.maximum(cell, 0)]] = 0
    outside = types.counts - np.where(common, counts[:, 1:], 0).sum(axis=1)
    return part, common.any(axis=1) & (outside >= min_cases)


def _last_mean(cases: LearningCases, places: Ints, last: npt.NDArray[np.bool_]) -> float:
    """The mean cost of the last year in yuan; of all years where it has no case."""
    own = places[last[places]]
    return float(cases.cost[own if len(own) else places].mean()) / FEN
