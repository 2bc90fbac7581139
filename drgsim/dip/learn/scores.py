"""What a catalogue states of each type and level: mean cost, spread, cases, score, hospital coefficients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..catalogue import DipCatalogue
from ..dip_errors import DipFitError
from ..facts import numbers
from ..model import DipType, LevelMean
from ..words import Kind
from .cases import FEN, LearningCases
from .stats import Floats, Groups, Trim, Years, spreads


def hospital_coefficients(cases: LearningCases, expected: Floats, *, method: str) -> pd.DataFrame:
    """By hospital level: cases, mean_cost (yuan, weighted by year), expected_cost and coefficient.

    `mean`: the level's mean cost over the region's. `case_mix`: the level's cost over what its cases would
    cost at their types' mean, `expected` (whole fen). Empty when the cases do not say their hospital's level.
    """
    columns = ["hospital_level", "cases", "mean_cost", "expected_cost", "coefficient"]
    if "hospital_level" not in cases.frame.columns:
        return pd.DataFrame(columns=columns)
    rows = []
    region = cases.years.mean(cases.cost)
    levels = _levels(numbers(cases.frame, "hospital_level"))
    for name, places in zip(levels.names, levels.rows, strict=True):
        years = cases.years.take(places)
        mean = years.mean(cases.cost[places])
        likely, actual = years.weighted_mean(expected[places]), years.weighted_mean(cases.cost[places])
        ratio = mean / region if method == "mean" else actual / likely
        rows.append((name, len(places), round(mean / FEN, 2), round(likely / FEN, 2), round(ratio, 4)))
    return pd.DataFrame(rows, columns=columns)


def level_means(cases: LearningCases, types: Groups, *, min_cases: int) -> tuple[LevelMean, ...]:
    """The mean cost of each type at hospitals of each level, weighted by year, where enough cases are.

    Empty when the cases do not say their hospital's level.
    """
    if "hospital_level" not in cases.frame.columns:
        return ()
    levels = _levels(numbers(cases.frame, "hospital_level"))
    both = (types.group >= 0) & (levels.group >= 0)
    cell = types.group[both] * len(levels) + levels.group[both]
    size = len(types) * len(levels)
    counts = np.bincount(cell, minlength=size)
    means = cases.years.take(both).means(cases.cost[both], cell, size)
    return tuple(
        LevelMean(
            types.names[place // len(levels)],
            levels.names[place % len(levels)],
            round(float(means[place]) / FEN, 2),
            int(counts[place]),
        )
        for place in np.flatnonzero(counts >= min_cases).tolist()
    )


def _levels(levels: Floats) -> Groups:
    """Cases by the level of their hospital, as it is written."""
    stated = np.unique(levels[~np.isnan(levels)])
    written = [f"{level:g}" for level in stated.tolist()]
    names = {name: place for place, name in enumerate(dict.fromkeys(written))}
    table = np.array([*(names[name] for name in written), -1])
    return Groups.of(table[np.where(np.isnan(levels), -1, np.searchsorted(stated, levels))], list(names))


_STATED = ("score", "mean_cost", "mean_los", "cases", "cv", "drug_score", "consumable_score")
_DECIMALS = {"mean_cost": 2, "mean_los": 2, "cv": 4}
_PARTS = {"drug_score": "drug_cost", "consumable_score": "consumable_cost"}


def type_statistics(cases: LearningCases, types: Groups, trim: Trim) -> tuple[pd.DataFrame, dict[str, float]]:
    """A row a type, and the means of all cases.

    Columns: cases, mean_cost (yuan, weighted by year, over the costs that count), mean_los, cv, and the mean
    of each part of cost that the cases state.
    """
    values = {"mean_cost": cases.cost, **cases.parts}
    counts, n = trim.counted(cases.cost, types), len(types)
    kept, years, los = types.group[counts], cases.years.take(counts), cases.los[counts]
    alike = Years(np.zeros(1, np.int64), np.ones(1), np.zeros(len(los), np.int64))
    columns = {
        "cases": types.counts,
        "mean_los": alike.means(los, kept, n),
        "cv": spreads(cases.cost[counts], kept, n),
        **{name: years.means(value[counts], kept, n) / FEN for name, value in values.items()},
    }
    means = {name: years.mean(value[counts]) / FEN for name, value in values.items()}
    return pd.DataFrame(columns, index=list(types.names)), means


def with_scores(
    statistics: pd.DataFrame, means: Mapping[str, float], parameters: Mapping[str, Any]
) -> pd.DataFrame:
    """The same with score, and drug_score and consumable_score where those costs are stated.

    `mean_cost` scores a type by its mean over that of all cases, `benchmark` by its mean over that of the
    benchmark type, both times the score base; `fixed_sum` by its mean over a sum of yuan.
    """
    method, base = parameters["score_method"], parameters["score_base"]
    if method == "mean_cost":
        unit = means["mean_cost"] / base
    elif method == "fixed_sum":
        unit = float(parameters["fixed_sum"])
    else:
        benchmark = parameters["benchmark"]
        if benchmark not in statistics.index:
            raise DipFitError(
                "the benchmark is not among the types learned", got=benchmark, nearest=statistics.index
            )
        unit = float(statistics.loc[benchmark, "mean_cost"]) / base
    scored = statistics.assign(score=(statistics["mean_cost"] / unit).round(4))
    for name, cost in _PARTS.items():
        if means.get(cost, 0) > 0:
            scored[name] = (scored[cost] / means[cost]).round(4)
    return scored


def with_statistics(catalogue: DipCatalogue, statistics: pd.DataFrame) -> DipCatalogue:
    """The catalogue with what was found of its types. A composite or core type that no case is in takes its
    class's own mean; any other stays without a score."""
    columns = {
        name: _plain(statistics[name].tolist(), _DECIMALS.get(name))
        for name in statistics.columns
        if name in _STATED
    }
    rows = dict(zip(statistics.index, zip(*columns.values(), strict=True), strict=True))
    types, unseen = {}, []
    for code, kind in catalogue.types.items():
        types[code] = kind
        if code in rows:
            found = dict(zip(columns, rows[code], strict=True))
            types[code] = DipType(code, kind.name, kind.kind, primary_care=kind.primary_care, **found)
        elif kind.kind in (Kind.COMPOSITE, Kind.CORE):
            unseen.append(code)
    if unseen:
        asked = {key.type: key.treatment_class for key in catalogue.keys if key.treatment_class}
        seen = [types[code] for code in catalogue.types if code in rows]
        alike = {
            treatment: _of_class([kind for kind in seen if asked.get(kind.code) is treatment] or seen)
            for treatment in {asked.get(code) for code in unseen}
        }
        for code in unseen:
            types[code] = replace(types[code], **alike[asked.get(code)])
    return replace(catalogue, types=types)


def _of_class(alike: Sequence[DipType]) -> dict[str, Any]:
    """Score and mean cost of types together, by their cases."""
    weights = [kind.cases or 0 for kind in alike]
    return {
        name: round(float(np.average([getattr(kind, name) for kind in alike], weights=weights)), 4)
        for name in ("score", "mean_cost")
    }


def _plain(values: list[Any], decimals: int | None) -> list[Any]:
    """The numbers of a table as a catalogue holds them; None where there is none."""
    if decimals is None:
        return [None if value is None or value != value else value for value in values]
    return [None if value is None or value != value else round(value, decimals) for value in values]
