"""The settlement point value: the price of a point at which a closed budget is spent.

Each stay's fund payment is a line in the point value, `fixed + points * value`: under the deduct
convention `fixed` is minus what the patient and other funds paid; under the others the points carry
the fund's share. So the value that spends the budget follows from sums alone:
`(available - sum(fixed)) / sum(points)`  (payment rules §5.3, §6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from .allocate import allocate
from .errors import SettlementError

Ints = npt.NDArray[np.int64]

POINT = 10_000  # points are kept as whole ten-thousandths, so that sums do not depend on their order


@dataclass(frozen=True, slots=True)
class PointValue:
    """The solved price of a point.

    Attributes
    ----------
    value : yuan per point, after the guard rails.
    solved : yuan per point that would spend the budget exactly.
    held_by : which guard rail held it, if one did.
    """

    value: float
    solved: float
    held_by: Literal["floor", "cap"] | None = None


def solve_point_value(
    available: int,
    fixed: int,
    points: int,
    *,
    budget_value: float | None = None,
    floor: float | None = None,
    cap: float | None = None,
) -> PointValue:
    """The price at which `fixed + points * value` equals `available`.

    Parameters
    ----------
    available, fixed : fen.
    points : ten-thousandths of a point, more than 0.
    budget_value : yuan per point, the value the guard rails are measured from.
    floor, cap : guard rails as shares of `budget_value`; None sets none.

    >>> solve_point_value(1_000_000_00, -200_000_00, 12_000 * POINT).value
    100.0
    """
    if points <= 0:
        raise SettlementError(
            "no points to price", got=points / POINT, do="settle a pool that has stays paid by points"
        )
    solved = (available - fixed) / 100 / (points / POINT)
    if (floor is not None or cap is not None) and budget_value is None:
        raise SettlementError("guard rails need the budget point value they are measured from")
    if floor is not None and budget_value is not None and solved < floor * budget_value:
        return PointValue(floor * budget_value, solved, "floor")
    if cap is not None and budget_value is not None and solved > cap * budget_value:
        return PointValue(cap * budget_value, solved, "cap")
    return PointValue(solved, solved)


def entitlements(value: PointValue, available: int, fixed: Ints, points: Ints) -> Ints:
    """Each hospital's money at the solved price, in fen, (n,).

    Without a guard rail the sum is `available` to the fen; with one it is the rounded total the rail
    gives. The last fen go by largest remainder.
    """
    total_fixed, total_points = int(fixed.sum()), int(points.sum())
    total = (
        available if value.held_by is None else total_fixed + round(value.value * 100 * total_points / POINT)
    )
    return fixed + allocate(total - total_fixed, points)
