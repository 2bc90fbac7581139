"""Annual clearing: from the year's entitlement to the last payment or recovery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .settlement_errors import LedgerError
from .sharing import due_after_sharing

if TYPE_CHECKING:
    from ..policy.reading import Readable

Ints = npt.NDArray[np.int64]
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
