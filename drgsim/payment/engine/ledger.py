"""Who pays what for each stay, in fen, and the two sums that must hold to the fen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from ...cases.fen import Fen
from ...errors import DrgsimError
from .state import Marks


class LedgerError(DrgsimError, ArithmeticError):
    """A stay whose payers do not add up to its cost. Never expected: please report it."""

    code = "DS511"


@dataclass(frozen=True)
class Ledger:
    """Columns of n stays, int64 fen; all 0 for a stay that cannot be paid.

    `payment` is what the case is priced at after every adjustment (for what the case payment covers);
    `fund` is the basic pooled fund, of which `fund_care_region` is the care region's own part of an
    out-of-area stay and the rest the insured region's; `borne_by_hospital` is negative for a gain.
    """

    total_cost: Fen
    carved_out: Fen
    standard: Fen
    payment: Fen
    adjustments: Mapping[str, Fen]  # by step; they sum to the payment
    fund_by_item: Fen
    fund: Fen
    fund_care_region: Fen
    catastrophic: Fen
    medical_aid: Fen
    other_funds: Fen
    commercial: Fen
    patient: Fen
    borne_by_hospital: Fen

    @property
    def fund_insured_region(self) -> Fen:
        return self.fund - self.fund_care_region

    @property
    def received(self) -> Fen:
        """What the hospital receives from all payers."""
        return (
            self.fund
            + self.catastrophic
            + self.medical_aid
            + self.other_funds
            + self.commercial
            + self.patient
        )

    def check(self) -> None:
        """Raise LedgerError unless the adjustments sum to the payment and the payers to the cost."""
        steps = np.zeros(len(self.payment), np.int64)
        for change in self.adjustments.values():
            steps += change
        _same(steps, self.payment, "standard + adjustments = payment")
        _same(
            self.received + self.borne_by_hospital,
            self.total_cost,
            "funds + patient + borne by hospital = cost",
        )


def _same(left: Fen, right: Fen, identity: str) -> None:
    if np.array_equal(left, right):
        return
    residual = left - right
    wrong = np.flatnonzero(residual)
    if len(wrong):
        raise LedgerError(
            f"a ledger does not close: {identity}",
            got=f"{len(wrong)} of {len(left)} stays, residual {int(residual.sum()) / 100:,.2f} yuan",
            where=f"row positions {wrong[:5].tolist()}",
            do="report it with the policy that was used",
        )


def blank_unpaid(ledger: Ledger, problem: Marks) -> Ledger:
    """The ledger with nothing at all in the rows of stays that cannot be paid."""
    unpaid = np.flatnonzero(problem)
    if not len(unpaid):
        return ledger

    def cleared(column: Fen) -> Fen:
        if not column[unpaid].any():
            return column
        column = column.copy()
        column[unpaid] = 0
        return column

    columns = {each.name: getattr(ledger, each.name) for each in fields(ledger)}
    adjustments = {name: cleared(change) for name, change in columns.pop("adjustments").items()}
    return Ledger(adjustments=adjustments, **{name: cleared(column) for name, column in columns.items()})
