"""Weights measured from cases: which stays are trimmed, and the means of those that are left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from .._paths import data_path
from ..cases.arrays import LARGEST
from ..errors import ArgumentError, ColumnError
from ..grouping.case import UNGROUPED_CODE
from ..policy.parameter_table import Array
from ..policy.policy_errors import WeightsError
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


_PART = "_cost"  # drug_cost … become mean_drug …
_FEN = 100
_TRIMMABLE = 3  # cases below which bounds from the group itself would leave nothing


@dataclass(frozen=True)
class Usable:
    """The cases weights can be measured from, as arrays: `group` points into `labels`, `cost` is in fen,
    `parts` in yuan (NaN = not known), `rows` are their places in the table."""

    group: Array
    labels: list[str]
    year: Array
    cost: Array
    parts: Mapping[str, Array]
    rows: Array
    left_out: Mapping[str, int]


def usable_cases(cases: pd.DataFrame, group: str, cost: str, year: str | None) -> Usable:
    """Select grouped cases with a cost above 0; what is left out is counted by reason."""
    for name in (group, cost, *([year] if year else [])):
        if name not in cases.columns:
            raise ColumnError(
                "the cases lack a column weights are measured from",
                got=name,
                allowed=list(cases.columns),
                nearest=cases.columns,
            )
    amount = _amounts(cases, cost)
    codes, labels = sorted_codes(cases[group])
    real = np.array([label not in ("", UNGROUPED_CODE) for label in labels] + [False])
    grouped = real[codes]
    good = grouped & (amount > 0) & (amount < LARGEST)  # as `pay`: above it is no amount of money
    if not good.any():
        raise WeightsError("no case has both a group and a cost above 0", where=f"columns {group}, {cost}")
    rows = np.flatnonzero(good)
    occurring, codes = np.unique(codes[rows], return_inverse=True)
    return Usable(
        group=codes,
        labels=[labels[code] for code in occurring],
        year=_years(cases, year, rows),
        cost=_fen(amount[rows]),
        parts={name: _amounts(cases, f"{name}{_PART}")[rows] for name in _part_names(cases)},
        rows=rows,
        left_out={"ungrouped": int((~grouped).sum()), "without a cost": int((grouped & ~good).sum())},
    )


def sorted_codes(column: pd.Series[Any]) -> tuple[Array, list[str]]:
    """Codes (−1 = missing) of a column into its labels as text, the labels sorted."""
    codes, found = pd.factorize(column)
    labels, place = np.unique([str(label) for label in found], return_inverse=True)
    return np.append(place, -1)[codes], [str(label) for label in labels]


@dataclass(frozen=True)
class Measured:
    """What one pass over the cases gives: columns by group (index = label), the area mean and RIV."""

    columns: dict[str, Array]
    mean_cost: float
    riv: float
    trimmed: int


def measure(usable: Usable, trim: Trim, outside: Outside, years: Any, min_cases: int) -> Measured:
    """Means, spread and weight of every group.

    Within a group and year of at least `min_cases` (and three) cases costs are trimmed first. With year
    weights w, the mean of a group is Σ w·mean / Σ w over the years it occurs in, and the area mean
    likewise; the weight is their ratio (payment rules §2.1, §5.3). n, sd, CV and RIV are of all years'
    trimmed cases together.
    """
    found, year_index = np.unique(usable.year, return_inverse=True)
    share = _year_shares(found, years)
    # sorted by cell and cost, every sum runs in one order whatever the order of the rows
    cell = year_index * len(usable.labels) + usable.group
    order = np.lexsort((usable.cost, cell))
    cell, group = cell[order], usable.group[order]
    cost, inside = _trimmed(cell, usable.cost[order] / _FEN, trim, min_cases)
    kept = inside if outside == "drop" else np.ones(len(cost), dtype=bool)
    shape = (len(found), len(usable.labels))
    number = np.bincount(cell[kept], minlength=shape[0] * shape[1]).reshape(shape)
    total = _exact(cell[kept], np.rint(cost[kept] * _FEN), number.size).reshape(shape) / _FEN
    mean = _weighted(total, number, share)
    area = float(_weighted(total.sum(axis=1), number.sum(axis=1), share))
    columns = {"n": number.sum(axis=0), "mean_cost": mean, "weight": mean / area}
    columns |= _spread(cost[kept], group[kept], len(usable.labels))
    for name, amounts in usable.parts.items():
        amount = amounts[order]
        known = kept & ~np.isnan(amount)
        part = _exact(cell[known], np.rint(amount[known] * _FEN), number.size).reshape(shape) / _FEN
        present = np.bincount(cell[known], minlength=number.size).reshape(shape)
        columns[f"mean_{name}"] = _weighted(part, present, share)
    riv = _riv(cost[kept], group[kept], columns["within"])
    del columns["within"]
    return Measured(columns, area, riv, int((~inside).sum()))


def _trimmed(cell: Array, cost: Array, trim: Trim, min_cases: int) -> tuple[Array, Array]:
    """Costs (yuan, sorted by cell and cost) set to the bounds of their cell, and which lay inside them."""
    starts = np.flatnonzero(np.r_[True, cell[1:] != cell[:-1]])
    counts = np.diff(np.r_[starts, len(cell)])
    trimmable = counts >= max(min_cases, _TRIMMABLE)
    low, high = trim.bounds(cost, starts, counts)
    low = np.repeat(np.where(trimmable, low, -np.inf), counts)
    high = np.repeat(np.where(trimmable, high, np.inf), counts)
    return np.clip(cost, low, high), (cost >= low) & (cost <= high)


def _spread(cost: Array, group: Array, groups: int) -> dict[str, Array]:
    """sd (n − 1), CV and the sum of squares within each group; two passes, cost and group in one order."""
    number = np.bincount(group, minlength=groups)
    mean = _exact(group, np.rint(cost * _FEN), groups) / _FEN / np.maximum(number, 1)
    within = np.bincount(group, (cost - mean[group]) ** 2, groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        sd = np.where(number > 1, np.sqrt(within / (number - 1)), np.nan)
        return {"sd": sd, "cv": sd / mean, "within": within}


def _riv(cost: Array, group: Array, within: Array) -> float:
    """1 − ΣΣ(x − group mean)² / ΣΣ(x − mean)² (payment rules §2.1); NaN when all costs are equal."""
    overall = float(np.sum((cost - cost.mean()) ** 2))
    return 1.0 - float(within.sum()) / overall if overall > 0 else float("nan")


def _exact(cell: Array, fen: Array, size: int) -> Array:
    """Sums of whole fen; exact in float64 below 90 trillion yuan, so free of the order of rows."""
    return np.bincount(cell, fen, size)


def _weighted(total: Array, number: Array, share: Array) -> Array:
    """Σ share·mean / Σ share over the years (first axis) that have cases."""
    present = number > 0
    share = share.reshape((-1,) + (1,) * (total.ndim - 1)) * present
    mean = total / np.maximum(number, 1)
    with np.errstate(invalid="ignore"):  # 0 / 0 where no year has any: NaN
        return np.asarray((share * mean).sum(axis=0) / share.sum(axis=0))


def _year_shares(found: Array, years: Any) -> Array:
    if years is None:
        return np.ones(len(found))
    if isinstance(years, Mapping):
        given = {int(year): float(share) for year, share in years.items()}
        unknown = [int(year) for year in found if int(year) not in given]
        shares = [given.get(int(year), 0.0) for year in found]
    elif isinstance(years, Sequence) and len(years) == len(found):
        unknown, shares = [], [float(share) for share in years]
    else:
        unknown, shares = [int(year) for year in found], []
    if unknown or not shares or min(shares) <= 0:
        raise ArgumentError(
            "year weights do not fit the years of the cases",
            got=years,
            allowed=f"a weight above 0 for each of {', '.join(str(int(year)) for year in found)}, rising",
        )
    return np.array(shares)


def _years(cases: pd.DataFrame, year: str | None, rows: Array) -> Array:
    if year is None:
        return np.zeros(len(rows), dtype=np.int64)
    column = cases[year].iloc[rows]
    numbers = column if pd.api.types.is_numeric_dtype(column) else pd.to_datetime(column).dt.year
    if numbers.isna().any():
        raise WeightsError("cases without a year", got=int(numbers.isna().sum()), where=f"column {year}")
    return numbers.to_numpy(dtype=np.int64)


def _part_names(cases: pd.DataFrame) -> list[str]:
    return [name for name in conventions()["parts"] if f"{name}{_PART}" in cases.columns]


def _amounts(cases: pd.DataFrame, name: str) -> Array:
    return pd.to_numeric(cases[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _fen(yuan: Array) -> Array:
    return np.rint(yuan * _FEN).astype(np.int64)
