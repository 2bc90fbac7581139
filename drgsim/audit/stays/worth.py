"""Money at stake of findings on stays: what was paid less what should have been, and payments without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import ArgumentError
from ...payment.pay import pay
from ..reading import polars

if TYPE_CHECKING:
    from ...payment.faces.payments import Payments
    from ..result import AuditResult


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


GROUP_COLUMNS = ("mdc", "adrg", "drg", "severity", "status", "reason")
_SUMMED = ("los", "ventilation_hours", "icu_hours")
_LAST = ("discharge_date", "discharge")


class Worth:
    """Pays changed stays. `cases` are the stays in their order, grouped; positions are rows of them."""

    def __init__(self, cases: pd.DataFrame, policy: Any, weights: Any) -> None:
        self.cases = cases
        self.policy = policy
        self.weights = weights
        policies = list(policy.values()) if hasattr(policy, "values") else [policy]
        self.regroups = all(each.method in ("drg", "points") or each.scheme for each in policies) and all(
            each.method != "dip" for each in policies
        )

    def paid(self, cases: pd.DataFrame) -> Any:
        """payment and fund (yuan) a row, NaN where a stay cannot be paid."""
        frame = pay(cases, self.policy, weights=self.weights).frame
        return frame[["payment", "fund"]].to_numpy(dtype=float)

    def merged(self, pairs: Sequence[tuple[int, int]]) -> Any:
        """Of each (stay before, stay): both as they are less the two as one stay; [pairs, 2] yuan.

        Where stays cannot be grouped anew, what the second was paid.
        """
        first = self.cases.iloc[[a for a, _ in pairs]].reset_index(drop=True)
        second = self.cases.iloc[[b for _, b in pairs]].reset_index(drop=True)
        if not self.regroups:
            return self.paid(second)
        one = first.copy()
        for name in ("diagnoses", "procedures"):
            if name in one:
                one[name] = [_joined(a, b) for a, b in zip(first[name], second[name], strict=True)]
        for name in one.columns:
            if (
                name in _SUMMED
                or name.endswith("_cost")
                or name in ("out_of_scope", "over_limit", "in_scope")
            ):
                one[name] = first[name] + second[name]
            elif name in _LAST:
                one[name] = second[name]
        one = one.drop(columns=[name for name in GROUP_COLUMNS if name in one])
        both = pd.concat([first, second], ignore_index=True)
        apart = self.paid(both)
        return apart[: len(pairs)] + apart[len(pairs) :] - self.paid(one)

    def without_code(self, places: Sequence[int], codes: Sequence[str]) -> Any:
        """Of each stay: what it is paid less what it would be without a secondary diagnosis; [n, 2] yuan."""
        now = self.cases.iloc[list(places)].reset_index(drop=True)
        if not self.regroups:
            return np.full((len(now), 2), np.nan)
        then = now.drop(columns=[name for name in GROUP_COLUMNS if name in now])
        then["diagnoses"] = [_less(text, code) for text, code in zip(now["diagnoses"], codes, strict=True)]
        return self.paid(now) - self.paid(then)

    def whole(self, places: Sequence[int]) -> Any:
        """What stays are paid, [n, 2] yuan."""
        return self.paid(self.cases.iloc[list(places)].reset_index(drop=True))


def _joined(first: Any, second: Any) -> str:
    codes = [code for text in (first, second) if isinstance(text, str) for code in text.split("|")]
    return "|".join(dict.fromkeys(code for code in codes if code))


def _less(text: Any, code: str) -> str:
    principal, *others = str(text).split("|")
    if code in others:
        others.remove(code)
    return "|".join([principal, *others])
