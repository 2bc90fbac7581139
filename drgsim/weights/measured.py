"""What is measured beside weights: the base rate, difference coefficients, and the structure of cost."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..errors import ArgumentError
from ..policy.policy_errors import WeightsError
from .fit import sorted_codes, usable_cases
from .weight_table import WeightTable


def base_rate(budget: float, weight: float, *, fund_share: float = 1.0, reserve: float = 0.0) -> float:
    """Yuan for one unit of weight: the forecast total cost over Σ RW·n (payment rules §2.2).

    Parameters
    ----------
    budget : money of one fund for the cases, yuan
    weight : Σ RW·n of the cases it is to pay
    fund_share : the fund's part of total cost; the budget over it is the forecast total cost
    reserve : part of the budget kept back

    >>> base_rate(80_000_000, 10_000, fund_share=0.8)
    10000.0
    """
    return _price(budget, weight, fund_share, reserve, "weight")


def point_value(budget: float, points: float, *, fund_share: float = 1.0, reserve: float = 0.0) -> float:
    """Yuan for one point or score: (budget available ÷ fund share) ÷ Σ points (payment rules §2.3, §5.3).

    >>> point_value(1_000_000_000, 10_000_000), point_value(1_000_000_000, 10_000_000, reserve=0.05)
    (100.0, 95.0)
    """
    return _price(budget, points, fund_share, reserve, "points")


def _price(budget: float, units: float, fund_share: float, reserve: float, what: str) -> float:
    for name, value, allowed, good in (
        ("budget", budget, "above 0", budget > 0),
        (what, units, "above 0", units > 0),
        ("fund_share", fund_share, "above 0, at most 1", 0 < fund_share <= 1),
        ("reserve", reserve, "at least 0, below 1", 0 <= reserve < 1),
    ):
        if not good:
            raise ArgumentError(f"no price follows from this {name}", got=value, allowed=allowed)
    return budget * (1 - reserve) / fund_share / units


def case_mix(weights: WeightTable, cases: pd.DataFrame, by: str, group: str) -> pd.DataFrame:
    """`Weights.cmi`: cases, weighted cases and their mean weight by a column of the cases."""
    codes, labels = sorted_codes(cases[group])
    weight = np.append(weights.weight_of(labels), np.nan)[codes]
    known = ~np.isnan(weight)
    counted = pd.DataFrame({"key": cases[by].to_numpy(), "weight": weight, "known": known})
    # summed by group size, not row by row, so that the order of rows cannot show
    sizes = counted[known].groupby(["key", "weight"], sort=True).size().rename("n").reset_index()
    total = (sizes["weight"] * sizes["n"]).groupby(sizes["key"]).sum()
    number = sizes["n"].groupby(sizes["key"]).sum()
    everyone = counted.groupby("key").size()
    table = pd.DataFrame({"cases": everyone, "weighted_cases": number.reindex(everyone.index, fill_value=0)})
    table["cmi"] = total / number
    return table.rename_axis(by)


def difference_coefficients(
    cases: pd.DataFrame,
    *,
    by: str = "hospital_level",
    group: str = "drg",
    cost: str = "total_cost",
    per_group: bool = True,
    min_cases: int = 1,
    bounds: tuple[float | None, float | None] = (None, None),
) -> pd.DataFrame:
    """Coefficients of each value of the column `by`.

    With `per_group`, k = mean cost of `by` in the group ÷ mean cost of all in the group, one row a group
    and one column a value of `by`; 1 where there are fewer than `min_cases` (payment rules §2.3).
    Without it, one row a value of `by`: `cases`, `coefficient` = cost ÷ cost at the group means, which is
    free of case mix, and `cmi`.

    Coefficients are cut to `bounds` (lowest, highest; None = open). Cases without a value of `by`, a group
    or a cost above 0 are left out. Raises ColumnError when a column is missing.

    >>> import pandas as pd
    >>> cases = pd.DataFrame({"drg": ["A", "A"], "hospital_level": [2, 3], "total_cost": [80.0, 120.0]})
    >>> difference_coefficients(cases).loc["A"].tolist()
    [0.8, 1.2]
    """
    if by not in cases.columns:
        raise ArgumentError("no such column", got=by, nearest=cases.columns)
    cases = cases[cases[by].notna()]
    usable = usable_cases(cases, group, cost, None)
    kind, kinds = sorted_codes(cases[by].iloc[usable.rows])
    cost_yuan = usable.cost / 100
    size = len(usable.labels), len(kinds)
    cell = usable.group * size[1] + kind
    number = np.bincount(cell, minlength=size[0] * size[1]).reshape(size)
    total = (np.bincount(cell, usable.cost, size[0] * size[1]) / 100).reshape(size)
    mean = total.sum(axis=1) / number.sum(axis=1)
    if per_group:
        with np.errstate(invalid="ignore"):
            ratio = total / number / mean[:, None]
        table = np.where(number >= max(min_cases, 1), np.clip(ratio, *_open(bounds)), 1.0)
        return pd.DataFrame(table, index=pd.Index(usable.labels, name=group), columns=kinds)
    expected = (number * mean[:, None]).sum(axis=0)
    cases_by = number.sum(axis=0)
    columns = {
        "cases": cases_by,
        "coefficient": np.clip(total.sum(axis=0) / expected, *_open(bounds)),
        "cmi": expected / cases_by / (cost_yuan.sum() / len(cost_yuan)),
    }
    return pd.DataFrame(columns, index=pd.Index(kinds, name=by))


def _open(bounds: tuple[float | None, float | None]) -> tuple[float, float]:
    low, high = bounds
    return (-np.inf if low is None else low, np.inf if high is None else high)


_MEAN = "mean_"


def adjusted_weights(
    frame: pd.DataFrame, *, factors: Mapping[str, float] | None, shares: Mapping[str, float] | None
) -> pd.DataFrame:
    """`frame` with `weight` from re-weighted parts of cost, scaled so that Σ weight·n stays what it was.

    `factors` multiplies parts (`{"drug": 0.9}`; 1 for a part not named). `shares` gives parts the share of
    the region's cost they should have; the others keep their proportions. See Weights.adjusted.
    """
    parts = [name for name in frame.columns if name.startswith(_MEAN) and name != f"{_MEAN}cost"]
    if not parts or "n" not in frame.columns:
        raise WeightsError(
            "these weights know no parts of cost",
            do="fit them from cases with drug_cost, consumable_cost, …",
        )
    if (factors is None) == (shares is None):
        raise ArgumentError("give either factors or shares")
    named = {f"{_MEAN}{name}": value for name, value in (factors or shares or {}).items()}
    unknown = [name.removeprefix(_MEAN) for name in named if name not in parts]
    allowed = [name.removeprefix(_MEAN) for name in parts]
    if unknown or any(value < 0 for value in named.values()):
        raise ArgumentError(
            "not parts of cost with a factor of at least 0",
            got=dict(factors or shares or {}),
            allowed=allowed,
        )
    others = 1.0
    if shares is not None:
        named, others = _factors(frame, named)
    vector = np.array([named.get(name, others) for name in parts])
    amounts = frame[parts].fillna(0.0).to_numpy()
    rest = frame["mean_cost"].to_numpy() - amounts.sum(axis=1)  # what no part explains
    adjusted = amounts @ vector + rest * others
    number = frame["n"].to_numpy(dtype=float)
    weight = frame["weight"].to_numpy()
    scale = np.nansum(weight * number) / np.nansum(adjusted * number)
    return frame.assign(weight=adjusted * scale)


def _factors(frame: pd.DataFrame, shares: Mapping[str, float]) -> tuple[dict[str, float], float]:
    """The factor of each part named, and that of everything else."""
    number = frame["n"].to_numpy(dtype=float)
    total = float(np.nansum(frame["mean_cost"].to_numpy() * number))
    now = {name: float(np.nansum(frame[name].to_numpy() * number)) / total for name in shares}
    wanted, left = sum(shares.values()), 1.0 - sum(now.values())
    if wanted > 1 or left <= 0 or min(now.values()) <= 0:
        raise ArgumentError(
            "shares must sum to at most 1 and be of parts that cost something", got=dict(shares)
        )
    return {name: shares[name] / now[name] for name in shares}, (1.0 - wanted) / left
