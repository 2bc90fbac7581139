"""The figures an office looks at: of the hospital, a department, a doctor, a group, an insurance.

Cost and time index: the mean over stays of cost (days) over the reference mean of the group, so that a group
counts by its stays (Σ kᵢ·nᵢ ÷ Σ nᵢ). Both, the CMI and the margin are of the stays the scheme prices.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..words import headers

HEADERS = headers(
    "cases",
    "in_scheme",
    "ungrouped",
    "ambiguous",
    "self_pay",
    "by_item",
    "not_payable",
    "ungrouped_share",
    "groups",
    "cmi",
    "cost_index",
    "time_index",
    "mean_cost",
    "mean_days",
    "low",
    "high",
    "total_cost",
    "cost_in_scheme",
    "payment",
    "margin",
    "margin_rate",
    room="office",
)
KINDS = ("in_scheme", "ambiguous", "ungrouped", "self_pay", "by_item", "not_payable")
_HIGH = ("high", "high_over_quota", "extreme")


def indicators(stays: pd.DataFrame, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """One row for each value of `by` (several: each combination), or one in all; columns as `HEADERS`.

    The kinds of stays add up to cases, money to the file's totals; the margin is of in_scheme alone.
    """
    inside = (stays["standing"] == "in_scheme").to_numpy()
    weight = stays["weight"].to_numpy(dtype=np.float64)
    weighted = inside & ~np.isnan(weight)
    parts = {f"kind_{kind}": (stays["standing"] == kind).to_numpy(dtype=np.int64) for kind in KINDS}
    table = pd.DataFrame({
        "cases": np.ones(len(stays), np.int64),
        **parts,
        "weight": np.where(weighted, weight, 0.0),
        "weighted": weighted.astype(np.int64),
        **_ratio("cost", stays["total_cost"], stays["reference_cost"], inside),
        **_ratio("days", stays["los"], stays["reference_days"], inside),
        "total_cost": stays["total_cost"].fillna(0.0).to_numpy(),
        "costed": stays["total_cost"].notna().to_numpy(dtype=np.int64),
        "days_sum": stays["los"].fillna(0.0).to_numpy(dtype=np.float64),
        "days_known": stays["los"].notna().to_numpy(dtype=np.int64),
        "cost_in_scheme": np.where(inside, stays["total_cost"].fillna(0.0), 0.0),
        "payment": np.where(inside, stays["payment"].fillna(0.0), 0.0),
        "margin": np.where(inside, stays["margin"].fillna(0.0), 0.0),
        "low": (stays["outlier"] == "low").to_numpy(dtype=np.int64),
        "high": stays["outlier"].isin(_HIGH).to_numpy(dtype=np.int64),
    })  # fmt: skip
    if by is None:
        sums = table.sum().to_frame().T
        groups = pd.Series([stays.loc[inside, "group"].nunique()], index=sums.index)
    else:
        names = [by] if isinstance(by, str) else list(by)
        keys = [stays[name].reset_index(drop=True) for name in names]
        sums = table.groupby(keys, dropna=False, observed=True).sum()
        grouped = stays["group"].reset_index(drop=True).where(inside)
        groups = grouped.groupby(keys, dropna=False, observed=True).nunique().reindex(sums.index)
    return _figures(sums, groups)


def _figures(sums: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    def over(above: str, below: str) -> pd.Series:
        return sums[above] / sums[below].where(sums[below] > 0)

    result = pd.DataFrame(index=sums.index)
    result["cases"] = sums["cases"].astype(np.int64)
    for kind in KINDS:
        result[kind] = sums[f"kind_{kind}"].astype(np.int64)
    result["ungrouped_share"] = (result["ungrouped"] + result["ambiguous"]) / result["cases"]
    result["groups"] = groups.astype(np.int64)
    result["cmi"] = over("weight", "weighted")
    result["cost_index"] = over("cost_ratio", "cost_held")
    result["time_index"] = over("days_ratio", "days_held")
    result["mean_cost"] = over("total_cost", "costed")
    result["mean_days"] = over("days_sum", "days_known")
    for name in ("low", "high"):
        result[name] = sums[name].astype(np.int64)
    for name in ("total_cost", "cost_in_scheme", "payment", "margin"):
        result[name] = sums[name].round(2)
    result["margin_rate"] = over("margin", "cost_in_scheme")
    return result[list(HEADERS)]


def _ratio(name: str, own: pd.Series, reference: pd.Series, inside: np.ndarray) -> dict[str, np.ndarray]:
    """Each stay's ratio to its reference where both are there, and whether they are."""
    above, below = own.to_numpy(dtype=np.float64), reference.to_numpy(dtype=np.float64)
    held = inside & ~np.isnan(above) & (below > 0)
    ratio = np.divide(above, below, out=np.zeros(len(above)), where=held)
    return {f"{name}_ratio": ratio, f"{name}_held": held.astype(np.int64)}
