"""Provincial pooling by an adjustment fund: who pays in, who has a gap, who is helped (fund rules §5.1).

Regions pay a share of last year's income while the pool is below a number of months of spending. A
region whose spending exceeds what is left of its income first uses its own reserve; the rest of the gap
is shared by the pool up to a share that differs by region, cut back evenly when the pool is too small.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .allocate import allocate
from .errors import LedgerError, SettlementError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One year of an adjustment fund; all fen, (regions,) but `pool_after`.

    `gap = own + aid + left`: the region's own reserve, the pool, and what stays with the region.
    """

    contribution: Ints
    gap: Ints
    own: Ints
    aid: Ints
    left: Ints
    pool_after: int


def adjust(
    income: Ints,
    spending: Ints,
    last_income: Ints,
    reserve: Ints,
    pool: int,
    *,
    contribution_share: float,
    full_at_months: float | None,
    aid_share: Floats,
) -> Adjustment:
    """Run one year.

    Parameters
    ----------
    income, spending, last_income, reserve : fen, (regions,), not negative.
    pool : fen in the adjustment fund at the start of the year.
    contribution_share : share of last year's income paid in.
    full_at_months : contributions stop when the pool covers this many months of all spending; None never.
    aid_share : (regions,) share of the remaining gap the pool bears, 0 to 1.

    >>> year = adjust(*(np.array([v]) for v in (100, 103, 100, 2)), 1000,
    ...               contribution_share=0.05, full_at_months=None, aid_share=np.array([1.0]))
    >>> int(year.contribution[0]), int(year.gap[0]), int(year.own[0]), int(year.aid[0])
    (5, 8, 2, 6)
    """
    for name, values in (("income", income), ("spending", spending), ("reserve", reserve)):
        if (values < 0).any():
            raise SettlementError(
                f"{name} must not be negative", got=f"{int((values < 0).sum())} regions below zero"
            )
    full = full_at_months is not None and pool * 12 >= full_at_months * int(spending.sum())
    contribution = (
        np.zeros_like(income) if full else np.rint(last_income * contribution_share).astype(np.int64)
    )
    gap = np.maximum(spending - (income - contribution), 0)
    own = np.minimum(gap, reserve)
    wanted = np.rint((gap - own) * aid_share).astype(np.int64)
    available = pool + int(contribution.sum())
    asked = int(wanted.sum())
    aid = wanted if asked <= available else allocate(available, wanted)
    left = gap - own - aid
    if (left < 0).any() or available - int(aid.sum()) < 0:
        raise LedgerError(
            "the adjustment fund does not sum", where="gap = own + aid + left; pool not below zero"
        )
    return Adjustment(contribution, gap, own, aid, left, available - int(aid.sum()))
