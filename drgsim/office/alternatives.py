"""Many stays regrouped and repriced at once under another order or choice of their own codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..payment.engine.problems import Unpaid
from ..payment.engine.stays import Stays
from ..payment.faces.estimate import QUOTA, REVIEW
from ..payment.pay import pay

if TYPE_CHECKING:
    import pandas as pd

    from ..grouping import DrgGrouper
    from ..payment.faces.estimate import Estimate


@dataclass(frozen=True)
class Regrouped:
    """Answers to alternatives, a row each: group, status, reason, payment (yuan, NaN where not priced)."""

    group: list[str]
    status: list[str]
    severity: list[str]
    payment: Any
    before: Any  # of the same stays as they are coded, priced in the same way


def regrouped(
    answer: Estimate, grouper: DrgGrouper, rows: Sequence[int], diagnoses: Sequence[str], *, price: bool
) -> Regrouped:
    """The stays at these positions with other diagnoses. One call groups and prices them all.

    Both ways are priced as `estimate` prices a single case: without the hospital's share of high outliers.
    """
    cases = answer.payments.stays.frame.iloc[list(rows)].reset_index(drop=True)
    asked = cases.assign(diagnoses=list(diagnoses))
    grouped = grouper.group(asked)
    names = {name: grouped[name].astype(str).tolist() for name in ("drg", "status", "severity")}
    payment = before = np.full(len(asked), np.nan)
    if price and len(asked):
        payment = _priced(answer, asked.assign(drg=grouped["drg"].array, status=grouped["status"].array))
        before = _priced(answer, cases)
    return Regrouped(names["drg"], names["status"], names["severity"], payment, before)


def _priced(answer: Estimate, cases: pd.DataFrame) -> Any:
    """(n,) yuan; NaN for a stay that cannot be priced."""
    found = pay(
        Stays(cases),
        answer.policy,
        weights=answer.payments.walks[0].place.weights,
        bill=answer.bill,
        without=(REVIEW, QUOTA),
    ).findings
    known = np.isin(found.problem, (Unpaid.NONE, Unpaid.NO_BENEFIT))
    return np.where(known, found.payment / 100, np.nan)


def principal_first(diagnoses: str, code: str) -> str:
    """The same codes with `code` in the first place.

    >>> principal_first("R50.900|I10.x00|J18.900", "J18.900")
    'J18.900|R50.900|I10.x00'
    """
    codes = [each for each in diagnoses.split("|") if each]
    return "|".join([code, *(each for each in codes if each != code)])


def without(diagnoses: str, place: int) -> str:
    """The same codes but the one at `place`."""
    codes = diagnoses.split("|")
    return "|".join([*codes[:place], *codes[place + 1 :]])


def grouper_of(answer: Estimate) -> DrgGrouper | None:
    """The grouper of an estimate's scheme; None for DIP, or where the scheme does not ship."""
    from ..errors import NotFoundError
    from ..grouping import DrgGrouper

    if answer.scheme is None or answer.policy.method == "dip":
        return None
    try:
        return DrgGrouper(answer.scheme)
    except NotFoundError:
        return None
