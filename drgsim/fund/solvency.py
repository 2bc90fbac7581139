"""When money runs out, and what the years are worth today."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._paths import data_path
from .ledger import FEN
from .pots import pots

if TYPE_CHECKING:
    from .valuation import Money, Valuation

Floats = npt.NDArray[np.float64]


@cache
def discount_rates() -> tuple[tuple[float, ...], float]:
    """The rates a valuation shows, and the one of them that goals use (`data/fund/discount.yaml`).

    >>> discount_rates()
    ((0.02, 0.035, 0.05), 0.035)
    """
    import yaml

    from ..sources import resolve

    stated = yaml.safe_load(data_path("fund", "discount.yaml").read_text(encoding="utf-8"))
    resolve(stated["source"])
    return tuple(float(rate) for rate in stated["rates"]), float(stated["goal"])


def discounted(balances: Floats, rate: float) -> Floats:
    """(..., years) to (...,): each as in the middle of its year, to the start of the first.

    >>> discounted(np.array([102.0]), 0.0404).round(2)
    np.float64(100.0)
    """
    return np.asarray(balances @ (1 + rate) ** -(np.arange(balances.shape[-1]) + 0.5))[()]


def worth(money: Money, region: int | None, pot: int, rate: float, years: int) -> tuple[Floats, Floats]:
    """(draws,) reserve at the start, and present value of the balances without interest; yuan."""
    opened = money.reserve[:, :, 0, pot]
    held = (opened.sum(1) if region is None else opened[:, region]) / FEN
    return held, discounted(money.measure("primary_balance", region, pot)[:, :years], rate)


def first_deficit(valuation: Valuation, chance: float | None) -> pd.DataFrame:
    """See `Valuation.first_deficit`."""
    rows = []
    for course in valuation.courses:
        for name, region in valuation.named_regions():
            for pot in valuation.used_pots:
                if pots()[pot].red is None:
                    continue
                place = list(pots()).index(pot)
                row: dict[str, Any] = {"scenario": course.scenario.id, "region": name, "pot": pot}
                for key, measure, share in (
                    ("current_deficit", "balance", "p_deficit"), ("reserve_gone", "reserve", "p_gone")
                ):  # fmt: skip
                    below = course.money.measure(measure, region, place) < 0
                    if course.drawn is not None:
                        happened = np.logical_or.accumulate(
                            course.drawn.measure(measure, region, place) < 0, axis=1
                        )
                        row[share] = float(happened[:, -1].mean())
                        if chance is not None:
                            below = (happened.mean(0) >= chance)[None]
                    found = np.flatnonzero(below[0])
                    row[key] = valuation.first_year + int(found[0]) if len(found) else pd.NA
                rows.append(row)
    table = pd.DataFrame(rows)
    return table.astype({"current_deficit": "Int64", "reserve_gone": "Int64"})


def present_value(valuation: Valuation, rates: Sequence[float] | None) -> pd.DataFrame:
    """See `Valuation.present_value`."""
    rows = []
    for course in valuation.courses:
        for name, region in valuation.named_regions():
            for pot in valuation.used_pots:
                place = list(pots()).index(pot)
                for rate in rates or valuation.discount_rates:
                    held, balances = worth(course.money, region, place, rate, valuation.years)
                    row: dict[str, Any] = {"scenario": course.scenario.id, "region": name, "pot": pot}
                    row |= {"rate": rate, "reserve": float(held[0]), "balances": float(balances[0])}
                    row |= {"present_value": float(held[0] + balances[0]), "low": np.nan, "high": np.nan}
                    if course.drawn is not None:
                        drawn = sum(worth(course.drawn, region, place, rate, valuation.years))
                        row["low"], row["high"] = np.quantile(drawn, [0.05, 0.95]).tolist()
                    rows.append(row)
    return pd.DataFrame(rows)
