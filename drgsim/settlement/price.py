"""The settlement price of a point in every region at once: the prices at which all budgets are spent.

Every row's fund payment is a line in the price of its care region: `fund + (price - 1) * sliding`, with
prices as multiples of the budget point value. A region's fund pays for its own insured wherever they are
treated, and its part of the gap of those it treats for others; so the budgets are a linear system in the
prices (payment rules §5.3, §6; fund rules §1.3). A region may keep its price; guard rails may hold it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from .errors import SettlementError

Floats = npt.NDArray[np.float64]
Held = Literal["", "fixed", "floor", "cap"]


@dataclass(frozen=True, slots=True)
class Prices:
    """Price of a point as a multiple of the budget point value, (regions,); what held it, (regions,)."""

    price: Floats
    held: tuple[Held, ...]


def solve_prices(
    at_zero: Floats,
    slope: Floats,
    available: Floats,
    *,
    floating: npt.NDArray[np.bool_],
    floor: Floats,
    cap: Floats,
) -> Prices:
    """Prices at which every floating region's fund spends what it has.

    Parameters
    ----------
    at_zero : (regions,) fen each fund pays whatever the prices are.
    slope : (regions, regions) fen fund r pays for each unit of the price in care region c.
    available : (regions,) fen to spend.
    floating : (regions,) False keeps the price at 1.
    floor, cap : (regions,) guard rails; NaN sets none.

    Regions that hit a rail are held there and the others solved again, until none moves.

    >>> solve_prices(np.array([-200.0]), np.array([[1200.0]]), np.array([1060.0]), floating=np.array([True]),
    ...              floor=np.array([np.nan]), cap=np.array([np.nan])).price
    array([1.05])
    """
    price = np.ones(len(available))
    held: list[Held] = ["" if free else "fixed" for free in floating]
    for _ in range(len(available) + 1):
        free = np.array([reason == "" for reason in held])
        if not free.any():
            break
        price[free] = _solved(at_zero, slope, available, price, free)
        low = free & (price < np.where(np.isnan(floor), -np.inf, floor))
        high = free & (price > np.where(np.isnan(cap), np.inf, cap))
        if not (low | high).any():
            break
        price = np.where(low, floor, np.where(high, cap, price))
        held = [
            "floor" if lo else "cap" if hi else kept for lo, hi, kept in zip(low, high, held, strict=True)
        ]
    return Prices(price, tuple(held))


def _solved(
    at_zero: Floats, slope: Floats, available: Floats, price: Floats, free: npt.NDArray[np.bool_]
) -> Floats:
    wanted = (available - at_zero - slope[:, ~free] @ price[~free])[free]
    matrix = slope[np.ix_(free, free)]
    try:
        return np.asarray(np.linalg.solve(matrix, wanted), np.float64)
    except np.linalg.LinAlgError as error:
        raise SettlementError(
            "the budgets do not determine the point values: a region prices no stay, or two price the same"
        ) from error
