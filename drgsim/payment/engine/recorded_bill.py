"""The bill as the case table states it, where it does: actual settlements instead of the benefit rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...cases.fen import Fen
from .bill import Bill
from .problems import Unpaid
from .stays import Stays

_CATASTROPHIC = ("fund_catastrophic", "fund_large_claim")
_OTHER = ("fund_civil_servant", "fund_enterprise", "fund_other")


def with_recorded(bill: Bill, stays: Stays, total: Fen) -> Bill:
    """`bill` with the recorded amounts of the stays that have them.

    A stay has them when its basic fund's or its patient's part is stated; the other one is the rest of
    `total` (fen). A recorded bill that does not add up to the total is a problem of the stay.
    """
    basic, patient = stays.money("fund_basic"), stays.money("patient_paid")
    basic_known = np.ones(len(stays), np.bool_) if basic.known is None else basic.known
    patient_known = np.ones(len(stays), np.bool_) if patient.known is None else patient.known
    stated = basic_known | patient_known
    if not stated.any():
        return bill
    catastrophic = sum(stays.money(column).fen for column in _CATASTROPHIC)
    aid = stays.money("fund_medical_aid").fen
    other = sum(stays.money(column).fen for column in _OTHER)
    carved_out = total - bill.cost
    rest = bill.cost - catastrophic - aid - other
    own = np.where(basic_known, basic.fen, rest - (patient.fen - carved_out))
    wrong = (own < 0) | (own > rest)
    wrong |= basic_known & patient_known & (basic.fen + patient.fen - carved_out != rest)
    deductible = stays.money("deductible")
    applied = (
        deductible.fen
        if deductible.known is None
        else np.where(deductible.known, deductible.fen, bill.deductible)
    )
    return replace(
        bill,
        deductible=np.where(stated, applied, bill.deductible),
        basic=np.where(stated, own, bill.basic),
        catastrophic=np.where(stated, catastrophic, bill.catastrophic),
        medical_aid=np.where(stated, aid, bill.medical_aid),
        other=np.where(stated, other, bill.other),
        problem=np.where(stated, np.where(wrong, Unpaid.BILL_DOES_NOT_ADD, Unpaid.NONE), bill.problem),
    )
