"""Months and the year's clearing: advances and true-ups, surplus retained, overrun shared, the last
payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..cases.fen import to_yuan
from ..errors import ArgumentError
from ..payment.pay import pay
from ..policy.policy import Policy
from .settlement_errors import LedgerError

if TYPE_CHECKING:
    from ..policy.reading import Readable


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


def due_after_sharing(booked: Ints, entitlement: Ints, policy: Readable) -> Ints:
    """What the fund owes hospitals for the year, fen, (hospitals,).

    Usage is the booked fund cost over the entitlement. Below 1, each slice of unused entitlement is kept
    with its `settlement.surplus_retained`; above 1, each slice of overrun is borne by the fund with its
    `settlement.overrun_shared`. So there is no jump at the edge of a slice. Without a positive entitlement
    usage has no meaning: exactly the entitlement is due. Below `settlement.booked_only_below`, where a policy
    has that cliff, no more is due than was booked (payment rules §5.7).
    """
    meant = entitlement > 0
    usage = np.maximum(booked / np.where(meant, entitlement, 1), 0.0)
    one = np.ones_like(usage)
    kept = policy.slices("settlement.surplus_retained", np.minimum(usage, 1.0), one)
    borne = policy.slices("settlement.overrun_shared", one, np.maximum(usage, 1.0))
    below = booked + np.rint(kept * entitlement).astype(np.int64)
    above = entitlement + np.rint(borne * entitlement).astype(np.int64)
    due = np.where(~meant, entitlement, np.where(usage < 1, below, above))
    cliff = policy["settlement.booked_only_below"]
    return due if cliff is None else np.where(meant & (usage < cliff), booked, due)


def true_up(
    cases: pd.DataFrame, source: str | Path | Mapping[str, Any], *, weights: Any = None
) -> pd.DataFrame:
    """Pay every month as it was settled, by what was known on its last day, and again by what is known now.

    Parameters
    ----------
    cases : as for `pay`, with `discharge_date`.
    source : a policy document whose values say when they became known (`known:`).
    weights : as for `pay`.

    Returns
    -------
    DataFrame, a row a month and hospital: month (text), hospital_id, cases, provisional, final and true_up
    (yuan of the basic fund; what the clearing adds or takes back).

    Raises ArgumentError where a stay has no discharge date.
    """
    months = pd.to_datetime(cases["discharge_date"]).dt.to_period("M")
    if months.isna().any():
        raise ArgumentError(
            "a month is settled by the day of discharge", got=f"{int(months.isna().sum())} stays without one"
        )
    now = Policy.load(source)
    final = pay(cases, now, weights=weights, dates="discharge").ledger.fund
    provisional = np.zeros(len(cases), np.int64)
    for month in sorted(set(months)):
        then = Policy.load(source, as_of=month.end_time.date(), on=now.on)
        rows = np.flatnonzero((months == month).to_numpy())
        provisional[rows] = pay(cases, then, weights=weights, dates="discharge").ledger.fund[rows]
    table = pd.DataFrame({
        "month": months.astype(str).to_numpy(),
        "hospital_id": cases["hospital_id"].astype(str).to_numpy() if "hospital_id" in cases else "",
        "cases": 1,
        "provisional": provisional,
        "final": final,
        "true_up": final - provisional,
    })  # fmt: skip
    sums = table.groupby(["month", "hospital_id"], as_index=False, sort=True).sum()
    for name in ("provisional", "final", "true_up"):
        sums[name] = to_yuan(sums[name].to_numpy(np.int64))
    return sums


Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Clearing:
    """The clearing of one fund's hospitals; all fen, (hospitals,).

    `due = entitlement - assessment_cut + sharing = paid_before + clearing`; a negative clearing is
    recovered from the hospital.
    """

    entitlement: Ints
    assessment_cut: Ints
    booked: Ints
    sharing: Ints
    due: Ints
    paid_before: Ints
    clearing: Ints


def clear_year(
    entitlement: Ints, booked: Ints, paid_before: Ints, *, assessment: Floats, policy: Readable
) -> Clearing:
    """Clear a year.

    Parameters
    ----------
    entitlement : fen, (hospitals,), at the settlement point value.
    booked : fen, what the fund would have paid item by item.
    paid_before : fen, months, retention released nowhere else, and prepayment not yet taken back.
    assessment : (hospitals,) coefficient of the yearly assessment: 1 cuts nothing, above 1 rewards; a
        negative entitlement is not assessed.
    policy : where the sharing of surplus and overrun is read.
    """
    assessed = np.where(entitlement > 0, np.rint(entitlement * assessment).astype(np.int64), entitlement)
    due = due_after_sharing(booked, assessed, policy)
    done = Clearing(
        entitlement, entitlement - assessed, booked, due - assessed, due, paid_before, due - paid_before
    )
    if (done.entitlement - done.assessment_cut + done.sharing != done.paid_before + done.clearing).any():
        raise LedgerError(
            "the clearing does not sum", where="entitlement - cut + sharing = paid before + clearing"
        )
    return done
