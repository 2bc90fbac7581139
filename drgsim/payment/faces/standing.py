"""Which stays a margin is made of, and which stand beside it: ungrouped, self-pay, by item, not payable.

A stay that the scheme does not price earns its cost, or nothing that can be known: in a margin it would
only hide what the scheme does. Together the two are all stays of the file.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from ...cases.arrays import Mask
from ...cases.fen import Fen
from ...words import members
from ..engine.problems import Unpaid
from ..engine.state import Marks, Route
from ..engine.steps.fund_share import fund_share
from .paid_stays import PaidStays


class Standing(IntEnum):
    """Where a stay stands; only the first is in the margin."""

    IN_SCHEME = 0
    AMBIGUOUS = 1
    UNGROUPED = 2
    SELF_PAY = 3
    BY_ITEM = 4
    NOT_PAYABLE = 5

    @property
    def zh(self) -> str:
        return _WORDS[self][0]

    @property
    def en(self) -> str:
        return _WORDS[self][1]


_WORDS = members("standing", Standing)
_LEVEL_MISSING = "医院等级缺失", "the hospital level is missing"
_UNGROUPED = np.int8(Route.UNGROUPED)
_STANDS = (
    (np.int8(Route.SCHEME), np.int8(Standing.IN_SCHEME)),
    (np.int8(Route.PER_DIEM), np.int8(Standing.IN_SCHEME)),
    (np.int8(Route.NOT_INSURED), np.int8(Standing.SELF_PAY)),
    (_UNGROUPED, np.int8(Standing.UNGROUPED)),
)
_NO_BENEFIT = np.int8(Unpaid.NO_BENEFIT)


def standings(payments: PaidStays, alone: Mask | None = None) -> Marks:
    """(n,) the `Standing` of each stay; `alone` what `priced_alone` found, where it was asked before."""
    found = payments.findings
    alone = priced_alone(payments) if alone is None else alone
    result = np.full(len(payments), Standing.BY_ITEM, np.int8)
    for route, standing in _STANDS:
        result[found.route == route] = standing
    if "status" in payments.stays:
        ambiguous = payments.stays.labels("status").words() == "ambiguous"
        result[ambiguous & (found.route == _UNGROUPED)] = Standing.AMBIGUOUS
    result[(found.problem != 0) & ~alone] = Standing.NOT_PAYABLE
    return result


def priced_alone(payments: PaidStays) -> Mask:
    """(n,) stays whose standard and margin are known, but not what the patient bears: the policy has no
    benefit for the person or hospital. Only where the fund takes what the patient leaves of the payment
    (the convention `deduct`) does the hospital's margin not depend on it."""
    alone: Mask = payments.findings.problem == _NO_BENEFIT
    if alone.any():
        for walk in payments.walks:
            if fund_share(walk.state.book).convention != "deduct":
                alone[walk.place.rows] = False
    return alone


def margins(payments: PaidStays, alone: Mask | None = None) -> Fen:
    """(n,) fen the hospital receives less its cost; 0 where that is not known. `alone` as in `standings`."""
    alone = priced_alone(payments) if alone is None else alone
    margin = -payments.ledger.borne_by_hospital
    return np.where(alone, payments.findings.payment - payments.findings.cost, margin)


def costs(payments: PaidStays) -> npt.NDArray[np.int64]:
    """(n,) fen each stay cost, as stated; 0 where it is not."""
    total = payments.stays.money("total_cost")
    return total.fen if total.known is None else np.where(total.known, total.fen, 0)


def level_missing(payments: PaidStays) -> Mask:
    """(n,) stays that state no hospital level."""
    return np.asarray(payments.stays.labels("hospital_level").codes < 0)


def why_patient_unknown(payments: PaidStays) -> npt.NDArray[np.object_]:
    """(n,) in Chinese why the patient's part is not known of a stay that is priced; None for the others."""
    result = np.full(len(payments), None, dtype=object)
    alone = priced_alone(payments)
    result[alone] = Unpaid.NO_BENEFIT.zh
    result[alone & level_missing(payments)] = _LEVEL_MISSING[0]
    return result


def in_english(why: str) -> str:
    """A reason of `why_patient_unknown` in English.

    >>> in_english("医院等级缺失")
    'the hospital level is missing'
    """
    return dict([_LEVEL_MISSING, (Unpaid.NO_BENEFIT.zh, Unpaid.NO_BENEFIT.en)]).get(why, why)
