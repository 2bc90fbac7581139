"""What a catalogue states of each type: its mean cost, spread, cases, scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..errors import DipFitError
from ..facts import numbers
from .cases import LearningCases
from .stats import Trim, places_by, spreads, year_mean, year_means

if TYPE_CHECKING:
    import pandas as pd

_PARTS = {"drug_score": "drug_cost", "consumable_score": "consumable_cost"}


def type_statistics(
    cases: LearningCases, type_of: npt.NDArray[np.object_], trim: Trim
) -> tuple[pd.DataFrame, dict[str, float]]:
    """A row a type, and the means of all cases.

    Columns: cases, mean_cost (weighted by year, over the costs that count), mean_los, cv, and the mean of
    each part of cost that the cases state.
    """
    import pandas as pd

    values = {"mean_cost": cases.cost}
    values |= {name: numbers(cases.frame, name) for name in _PARTS.values() if name in cases.frame.columns}
    places = places_by(type_of)
    group = np.full(len(cases), -1, np.int64)
    counts = np.zeros(len(cases), bool)
    for number, rows in enumerate(places.values()):
        group[rows] = number
        counts[rows[trim.counts(cases.cost[rows])]] = True
    kept, n = group[counts], len(places)
    cost, weight, year = cases.cost[counts], cases.weight[counts], cases.year[counts]
    los = numbers(cases.frame, "los")[counts]
    columns = {
        "cases": np.bincount(group[group >= 0], minlength=n),
        "mean_los": year_means(los, np.ones(len(los)), np.zeros(len(los), np.int64), kept, n),
        "cv": spreads(cost, kept, n),
        **{name: year_means(value[counts], weight, year, kept, n) for name, value in values.items()},
    }
    means = {name: year_mean(value[counts], weight, year) for name, value in values.items()}
    return pd.DataFrame(columns, index=list(places)), means


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
