"""From a budget to a price: base rates for weights, point values for points and scores; the mix of cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import ArgumentError
from .fit import sorted_codes

if TYPE_CHECKING:
    import pandas as pd

    from .weights import Weights


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


def case_mix(weights: Weights, cases: pd.DataFrame, by: str, group: str) -> pd.DataFrame:
    """`Weights.cmi`: cases, weighted cases and their mean weight by a column of the cases."""
    import pandas as pd

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
