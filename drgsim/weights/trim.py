"""Trimming: the bounds of cost inside a group before its mean is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np

from .._paths import data_path
from ..errors import ArgumentError
from ..policy.parameter_table import Array
from ..policy.yaml_text import read_yaml

Outside = Literal["drop", "winsorise"]


@dataclass(frozen=True, slots=True)
class Trim:
    """One trimming rule. `kind` gives `low` and `high` their meaning:

    none            no bounds
    quartiles       Q1 − low·IQR to Q3 + high·IQR
    percentiles     percentile low to percentile high
    log_deviations  exp(mean − low·sd) to exp(mean + high·sd) of the logarithm of cost

    A cost outside is dropped (中段区间法) or set to the bound (缩尾法, `winsorise`).
    """

    name: str
    kind: str
    low: float = 0.0
    high: float = 0.0
    zh: str = ""
    en: str = ""

    def bounds(self, cost: Array, starts: Array, counts: Array) -> tuple[Array, Array]:
        """Lower and upper bound of each group (float64).

        `cost` is sorted by group and inside a group rising; group `g` is `cost[starts[g]:][:counts[g]]`.
        """
        if self.kind == "none":
            return np.full(len(starts), -np.inf), np.full(len(starts), np.inf)
        if self.kind == "percentiles":
            low, high = self.low / 100, self.high / 100
            return quantile(cost, starts, counts, low), quantile(cost, starts, counts, high)
        if self.kind == "quartiles":
            first, third = (quantile(cost, starts, counts, share) for share in (0.25, 0.75))
            spread = third - first
            return first - self.low * spread, third + self.high * spread
        logs = np.log(cost)
        mean = np.add.reduceat(logs, starts) / counts
        squares = np.add.reduceat((logs - np.repeat(mean, counts)) ** 2, starts)
        sd = np.sqrt(squares / np.maximum(counts - 1, 1))
        return np.exp(mean - self.low * sd), np.exp(mean + self.high * sd)


def quantile(cost: Array, starts: Array, counts: Array, share: float) -> Array:
    """The quantile of each group, between neighbours by linear interpolation."""
    place = share * (counts - 1)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, counts - 1)
    low, high = cost[starts + below], cost[starts + above]
    return np.asarray(low + (place - below) * (high - low))


@cache
def conventions() -> Mapping[str, Any]:
    """How weights are measured by default, from `data/weights/conventions.yaml`."""
    return read_yaml(data_path("weights", "conventions.yaml"))


def find_trim(rule: str | Trim | None) -> Trim:
    """A rule by its name, the default for None, or the caller's own; ArgumentError for an unknown name.

    >>> find_trim(None).en
    'from Q1 - 0.5 IQR to Q3 + 1.5 IQR'
    """
    if isinstance(rule, Trim):
        return rule
    rules = conventions()["trimming"]
    name = conventions()["defaults"]["trim"]["value"] if rule is None else rule
    if name not in rules:
        raise ArgumentError("no such trimming rule", got=name, allowed=list(rules), nearest=rules)
    fields = {key: rules[name][key] for key in ("kind", "low", "high", "zh", "en") if key in rules[name]}
    return Trim(name, **fields)


def default(name: str) -> Any:
    """The value of a convention: `min_cases`, `base_points`."""
    return conventions()["defaults"][name]["value"]
