"""From findings on stays to the fund: what of each stay's payment is at stake, and payments without it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..errors import ArgumentError
from .reading import polars

if TYPE_CHECKING:
    from ..payment.faces.payments import Payments
    from .result import AuditResult

Floats = npt.NDArray[np.float64]

RECOVERED = "recovered"  # the step of an adjusted payment


def fund_at_stake(result: AuditResult, stays: int) -> Floats:
    """(stays,) yuan of the basic fund at stake in each of the stays that were screened, in their order.

    Of several findings on one stay the largest counts; what people have explained does not.
    """
    pl = polars()
    found = result.findings.filter(
        (pl.col("table") == "stays")
        & pl.col("row").is_not_null()
        & pl.col("fund").is_not_null()
        & (pl.col("decision") != "explained")
    )
    stake = np.zeros(stays)
    rows = found.get_column("row").to_numpy().astype(np.int64)
    np.maximum.at(stake, rows, np.maximum(found.get_column("fund").to_numpy().astype(np.float64), 0.0))
    return stake


def recovered(payments: Payments, share: Floats) -> Payments:
    """The payments with a share of what the fund pays for each stay taken back, whole fen.

    The fund pays less, the hospital bears it; the patient's bill stays. Every stay closes as before, so that
    months, retention, assessment and clearing of a settlement rest on what is left.

    Parameters
    ----------
    share : (stays,) 0 to 1.

    Raises ArgumentError for shares that are none, or of other stays; LedgerError never.
    """
    if share.shape != (len(payments),) or not ((share >= 0) & (share <= 1)).all():
        raise ArgumentError("a share of each stay, 0 to 1", got=f"{share.shape} for {len(payments)} stays")
    ledger = payments.ledger
    cut = np.rint(np.maximum(ledger.fund, 0) * share).astype(np.int64)
    if not cut.any():
        return payments
    part = np.divide(ledger.fund_care_region, ledger.fund, out=np.zeros(len(cut)), where=ledger.fund > 0)
    of_care = np.rint(cut * part).astype(np.int64)
    left = replace(
        ledger,
        fund=ledger.fund - cut,
        fund_care_region=ledger.fund_care_region - of_care,
        payment=ledger.payment - cut,
        adjustments={**ledger.adjustments, RECOVERED: -cut},
        borne_by_hospital=ledger.borne_by_hospital + cut,
    )
    left.check()
    return replace(payments, ledger=left)
