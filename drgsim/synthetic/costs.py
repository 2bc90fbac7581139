"""What a case costs: its cost and stay around the mean of its group, the parts of the cost, what insurance
covers."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from .._paths import data_path
from .mix import KINDS, CaseMix
from .people import Diseases
from .randomness import BLOCK, Streams, normal_mean
from .region_record import RegionRecord
from .targets import drawn

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CARE_KINDS = ("medical", "surgical")
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
    for kind in CARE_KINDS:
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


PARTS = ("drug", "consumable", "examination", "procedure", "nursing", "other")
_DRUG, _CONSUMABLE = PARTS.index("drug"), PARTS.index("consumable")
_EVEN = 3.0**0.5  # half the width of an even spread whose standard deviation is 1


@dataclass(frozen=True, slots=True)
class Bill:
    """The bills of a block, in fen. All int64 [cases]; the parts and the scopes both add up to the total."""

    total: Ints
    parts: tuple[Ints, ...]  # in order of `PARTS`
    new_technology: Ints
    commercial_list: Ints
    out_of_scope: Ints
    over_limit: Ints
    prepaid_share: Ints
    in_scope: Ints


class Bills:
    """Splits the costs of a block of cases."""

    def __init__(self, region: RegionRecord, mix: CaseMix) -> None:
        self._cost, self._scope = region.assumed["cost"], region.assumed["scope"]
        self._kind = mix.kind
        self._shares = np.array([self._cost[kind.value] for kind in KINDS])

    def draw(self, streams: Streams, diseases: Diseases, cost: Ints) -> Bill:
        """The bill of every case of a block whose usual cost is `cost` fen."""
        parts = self._parts(streams, diseases, cost)
        operated = ~diseases.medical
        technology = self._added(streams, "new_technology", cost, operated)
        commercial = self._added(streams, "commercial_list", cost, ~operated)
        parts[_CONSUMABLE] = parts[_CONSUMABLE] + technology
        parts[_DRUG] = parts[_DRUG] + commercial
        total = cost + technology + commercial
        usual = total - commercial
        place = streams.uniform("scope", 3, BLOCK)
        out = _fen(usual, self._scope["out_of_scope"] * 3.0 * place[0] * place[0])
        some = drawn("over_limit_cases")
        over = _fen(usual, self._scope["over_limit"] * (1.0 / some) * (place[1] < some))
        prepaid = _fen(usual, self._scope["prepaid_share"] * 2.0 * place[2])
        out = out + commercial  # no basic fund pays for the commercial list
        return Bill(
            total, tuple(parts), technology, commercial, out, over, prepaid, total - out - over - prepaid
        )

    def _parts(self, streams: Streams, diseases: Diseases, cost: Ints) -> list[Ints]:
        """Parts of the cost; what rounding leaves goes to the greatest."""
        even = 2.0 * streams.uniform("parts", BLOCK, len(PARTS)) - 1.0
        shares = self._shares[self._kind[diseases.target]] * (1.0 + self._cost["wobble"] * _EVEN * even)
        shares /= shares.sum(axis=1, keepdims=True)
        parts = np.floor(shares * cost[:, None]).astype(np.int64)
        parts[np.arange(BLOCK), shares.argmax(axis=1)] += cost - parts.sum(axis=1)
        return list(parts.T)

    def _added(self, streams: Streams, name: str, cost: Ints, can: npt.NDArray[np.bool_]) -> Ints:
        """Cost of an item that a few cases have on top of the usual: a part of the cost with it."""
        place = streams.uniform(name, 2, BLOCK)
        spread = drawn("added_part_spread")
        part = self._cost[f"{name}_part"] * ((1.0 - spread) + 2.0 * spread * place[1])
        has = can & (place[0] < self._cost[f"{name}_cases"])
        return np.where(has, _fen(cost, part / (1.0 - part)), 0)


def _fen(amount: Ints, share: Floats) -> Ints:
    return np.floor(amount * share).astype(np.int64)
