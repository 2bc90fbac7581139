"""Cost-structure adjustment: weights as if some parts of cost counted for more or less."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ArgumentError
from ..policy.policy_errors import WeightsError

if TYPE_CHECKING:
    import pandas as pd

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
