"""The frame of a result: fen as yuan, marks as words."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...cases.fen import Fen, to_yuan
from ..engine.problems import Unpaid
from ..engine.state import Outlier, Review, Route

if TYPE_CHECKING:
    from ..engine.state import Marks
    from .payments import Payments

STANDARD = "standard"
SHARED = (
    "payment", "fund_by_item", "fund", "fund_insured_region", "fund_care_region", "catastrophic",
    "medical_aid", "other_funds", "commercial", "patient", "borne_by_hospital",
)  # fmt: skip


def payments_frame(payments: Payments) -> pd.DataFrame:
    """One row a stay, money in yuan."""
    found, ledger, stays = payments.findings, payments.ledger, payments.stays
    unpaid = found.problem != 0

    def yuan(fen: Fen) -> Any:
        values = to_yuan(fen)
        if unpaid.any():
            values[unpaid] = np.nan
        return values

    columns: dict[str, Any] = {"case_id": stays.frame["case_id"].array} if "case_id" in stays else {}
    columns |= {
        "status": _named(unpaid.astype(np.int8), ["paid", "not_payable"]),
        "problem": _words(found.problem, Unpaid),
        "route": _words(found.route, Route),
        "outlier": _words(found.outlier, Outlier),
        "review": _words(found.review, Review),
        "weight": np.array(found.weight),
        "coefficient": np.array(found.coefficient),
        "unit_price": np.array(found.unit),
        "ratio": np.array(found.ratio),
        "total_cost": _cost(payments),
        "carved_out": yuan(ledger.carved_out),
        "standard": yuan(ledger.standard),
    }
    steps = {name: change for name, change in ledger.adjustments.items() if name != STANDARD}
    columns |= {f"adjust_{name}": yuan(change) for name, change in steps.items()}
    columns |= {name: yuan(getattr(ledger, name)) for name in SHARED}
    account = stays.money("account_paid")
    if not account.all_missing:
        from_account = np.clip(account.fen, 0, np.maximum(ledger.patient, 0))
        columns["patient_account"] = yuan(from_account)
        columns["patient_cash"] = yuan(ledger.patient - from_account)
    return pd.DataFrame(columns, index=stays.frame.index, copy=False)


def _cost(payments: Payments) -> Any:
    """The cost as the case states it: it is known of a stay that cannot be paid, too."""
    total = payments.stays.money("total_cost")
    yuan = to_yuan(total.fen)
    return yuan if total.known is None else np.where(total.known, yuan, np.nan)


def _words(marks: Marks, kinds: type[IntEnum]) -> Any:
    return _named(marks, [kind.name.lower() for kind in kinds])


def _named(codes: Any, names: list[str]) -> Any:
    return pd.Categorical.from_codes(codes, pd.Index(names))
