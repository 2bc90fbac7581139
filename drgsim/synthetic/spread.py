"""How cost and stay of a case lie around the mean of its group."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from .._paths import data_path
from .randomness import normal_mean

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

KINDS = ("medical", "surgical")
SEVERITIES = ("none", "cc", "mcc")
_REACH = 5.0  # tables run from score -5 to 5
_CELLS = 2048


@dataclass(frozen=True, slots=True)
class Spread:
    """Factors around a mean, as tables over normal scores, one row for each kind and severity.

    Every factor has mean 1 over the scores that are drawn.
    """

    cost: Floats  # [6, cells + 1]
    stay: Floats  # [6, cells + 1]
    correlation: Floats  # [6], of the scores of cost and stay

    @staticmethod
    def row(medical: npt.NDArray[np.bool_], severity: Ints) -> Ints:
        """The row of each case; `severity` counts none, CC, MCC from 0."""
        return np.where(medical, 0, len(SEVERITIES)) + severity

    def factors(self, rows: Ints, cost_score: Floats, free_score: Floats) -> tuple[Floats, Floats]:
        """Cost and stay factors of cases from two independent normal scores each."""
        along = self.correlation[rows]
        across = np.sqrt(1.0 - along * along)
        return (
            _looked_up(self.cost, rows, cost_score),
            _looked_up(self.stay, rows, along * cost_score + across * free_score),
        )


def _looked_up(tables: Floats, rows: Ints, score: Floats) -> Floats:
    position = np.clip((score + _REACH) / (2 * _REACH), 0.0, 1.0 - 2.0**-40)
    scaled = position * _CELLS
    cell = scaled.astype(np.int64)
    low = tables[rows, cell]
    return low + (tables[rows, cell + 1] - low) * (scaled - cell)


@cache
def load_spread() -> Spread:
    """The fitted spread of `data/synthetic/spread.csv` and `spread_shape.csv`."""
    with data_path("synthetic", "spread_shape.csv").open(encoding="utf-8", newline="") as file:
        shape = list(csv.DictReader(file))
    with data_path("synthetic", "spread.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["kind"], row["severity"]): row for row in csv.DictReader(file)}
    scores = np.array([float(row["score"]) for row in shape])
    grid = np.linspace(-_REACH, _REACH, _CELLS + 1)
    cost, stay, correlation = [], [], []
    for kind in KINDS:
        residual = _extended(scores, np.array([float(row[kind]) for row in shape]), grid)
        for severity in SEVERITIES:
            row = rows[kind, severity]
            cost.append(_factor(residual * float(row["cost_log_sd"])))
            stay.append(_factor(grid * float(row["stay_log_sd"])))
            correlation.append(float(row["correlation"]))
    return Spread(np.array(cost), np.array(stay), np.array(correlation))


def _extended(scores: Floats, values: Floats, grid: Floats) -> Floats:
    """The fitted shape on the grid; beyond the data it goes on as a normal one would."""
    inside = np.interp(grid, scores, values)
    beyond = grid - np.clip(grid, scores[0], scores[-1])
    return inside + beyond


def _factor(logs: Floats) -> Floats:
    factor = np.array([math.exp(value) for value in logs])
    return np.round(factor / normal_mean(factor, -_REACH, _REACH), 9)
