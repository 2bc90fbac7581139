"""Annual clearing: from the year's entitlement to the last payment or recovery."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .errors import LedgerError
from .sharing import Sharing

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Clearing:
    """The clearing of one fund's hospitals; all fen, (hospitals,).

    `entitlement - assessment_cut` is shared against `booked` to give `due`;
    `due = paid_before + clearing`, where a negative clearing is recovered from the hospital.
    """

    entitlement: Ints
    assessment_cut: Ints
    booked: Ints
    due: Ints
    paid_before: Ints
    clearing: Ints


def clear_year(
    entitlement: Ints,
    booked: Ints,
    paid_before: Ints,
    *,
    assessment: Floats,
    sharing: Sharing,
) -> Clearing:
    """Clear a year.

    Parameters
    ----------
    entitlement : fen, (hospitals,), at the settlement point value.
    booked : fen, what the fund would have paid item by item.
    paid_before : fen, months, advances and prepayment not yet taken back.
    assessment : (hospitals,) coefficient of the yearly assessment; 1 cuts nothing, above 1 rewards.
    sharing : what happens to surplus and overrun.
    """
    assessed = np.where(entitlement > 0, np.rint(entitlement * assessment).astype(np.int64), entitlement)
    due = sharing.due(booked, assessed)
    clearing = due - paid_before
    done = Clearing(entitlement, entitlement - assessed, booked, due, paid_before, clearing)
    if (done.paid_before + done.clearing != done.due).any():
        raise LedgerError("annual clearing does not sum", where="paid before + clearing = due")
    return done
