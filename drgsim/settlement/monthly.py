"""Monthly settlement: the entitlement less retention, advances and what went straight to suppliers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .settlement_errors import LedgerError

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MonthlySettlement:
    """The months of a year, one row a hospital, one column a month; all fen, (hospitals, months).

    `paid` is never negative: a month whose advances exceed its entitlement carries the debt into the
    next one. `debt` (hospitals,) is what is left after the last month, taken at the annual clearing.
    """

    retained: Ints
    paid: Ints
    carried: Ints
    debt: Ints


def settle_months(
    entitlement: Ints,
    *,
    retention: float,
    deductions: Ints | None = None,
    advances: Ints | None = None,
) -> MonthlySettlement:
    """Settle each month.

    Parameters
    ----------
    entitlement : fen, (hospitals, months), at the budget point value or rate.
    retention : share kept back as quality retention until the clearing.
    deductions : fen, audit cuts. They lower the entitlement before retention.
    advances : fen, money already out of the door (instant settlement, direct payment of suppliers).

    >>> done = settle_months(np.array([[10000, 10000]]), retention=0.05, advances=np.array([[12000, 0]]))
    >>> done.retained, done.paid, done.carried
    (array([[500, 500]]), array([[   0, 7000]]), array([[2500,    0]]))
    """
    zero = np.zeros_like(entitlement)
    earned = entitlement - (zero if deductions is None else deductions)
    given = zero if advances is None else advances
    retained = np.rint(np.maximum(earned, 0) * retention).astype(np.int64)
    paid, carried = zero.copy(), zero.copy()
    debt = np.zeros(entitlement.shape[0], np.int64)
    for month in range(entitlement.shape[1]):
        owed = earned[:, month] - retained[:, month] - given[:, month] - debt
        paid[:, month] = np.maximum(owed, 0)
        debt = carried[:, month] = np.maximum(-owed, 0)
    if ((earned - retained - given).sum(axis=1) != paid.sum(axis=1) - debt).any():
        raise LedgerError(
            "monthly settlement does not sum", where="earned - retained - advances = paid - debt"
        )
    return MonthlySettlement(retained, paid, carried, debt)
