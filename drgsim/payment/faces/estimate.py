"""What a hospital wants to know of its own stays: group, payment, margin, and whether review is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from ..._excel import write_sheets
from ...cases.hospital_facts import HospitalFacts
from ...errors import ArgumentError
from ...language import either
from ...policy.policy import policy_given
from ...words import headers
from ..engine.grouped import grouped
from ..engine.stays import Stays
from ..pay import pay
from .enough import refuse_too_few
from .estimate_summary import ZH as DEPARTMENT
from .estimate_summary import html, notes, summary, text
from .estimate_words import in_words
from .estimated_stays import EstimatedStays
from .explain import find_row
from .payments_workbook import MONEY, STAY, UNPAID, WORKLIST, marks_in_words, resting_on, totalled

if TYPE_CHECKING:
    from pathlib import Path

    from ...policy.policy import Policy

Language = Literal["zh", "en"]
REVIEW, QUOTA = "special_review", "high_outlier_quota"
_OWN = headers(
    "margin", "standing", "patient_unknown", "review_open", "review_gain", "reasons_zh", room="estimate"
)
_CAUTION = (
    "本表为按所载政策对每个病例的测算,不是结算结果;未含特例单议。",
    "只可编码病历中有记载、经诊疗的疾病和操作。",
)


def estimate(
    cases: Any,
    policy: Policy | str | Path,
    *,
    weights: Any = None,
    scheme: str | None = None,
    bill: Literal["policy", "recorded"] = "recorded",
    hospital: Any = None,
) -> Estimate:
    """Estimate what stays will be paid, before any special review.

    Parameters
    ----------
    cases : one case as a dict, several as a list of dicts, or a table of cases. Cases without a group are
        grouped by `scheme`, or by the policy's scheme.
    policy, weights : as for `pay`.
    hospital : facts on one's hospital that the cases leave out, as `HospitalFacts`, a mapping or the path
        of a `hospital.toml`: level, insurance, region, id, coefficient, parameters. What they fill is told.
    bill : `"recorded"` takes settlement amounts of the table where they are stated, `"policy"` computes all.

    The share of high outliers a hospital may have is not applied to a single case; to a table it is.

    Returns
    -------
    Estimate. Raises what `pay` raises, and TooFewPricedError when of 20 or more stays under a tenth can be
    priced.

    Examples
    --------
    >>> from drgsim import Policy, estimate
    >>> case = {"drg": "GZ13", "hospital_level": 3, "insurance": "employee", "total_cost": 9000.0,
    ...         "fund_basic": 6300.0, "patient_paid": 2700.0}
    >>> import pandas as pd
    >>> weights = pd.DataFrame({"drg": ["GZ13"], "weight": [0.8]})
    >>> answer = estimate(case, Policy.load("national-drg-rate"), weights=weights)
    >>> round(answer.frame["margin"].item(), 2), answer.frame["review_open"].item()
    (365.6, False)
    """
    policy = policy_given(policy)
    frame, column = grouped(cases, policy, scheme=scheme)
    facts = HospitalFacts.of(hospital)
    frame, told = facts.fill(frame)
    changes = facts.reform(sorted(set(frame["hospital_id"].dropna())) if "hospital_id" in frame else [])
    policy = policy.reform(changes) if changes else policy
    left_out = (REVIEW, QUOTA) if len(frame) == 1 else (REVIEW,)
    paid = pay(Stays(frame, column), policy, weights=weights, bill=bill, without=left_out)
    refuse_too_few(paid)
    return Estimate(paid, policy, scheme or policy.scheme, bill, left_out, told)


@dataclass(frozen=True, repr=False)
class Estimate(EstimatedStays):
    """The answer of `estimate`. `payments` is the result it rests on, paid without the steps `left_out`."""

    def summary(self, by: str | Sequence[str] | None = "department") -> pd.DataFrame:
        """One row a department (or value of another column; several in a list; None: one row in all).

        cases, not_payable, cmi; total_cost of all stays and payment of all that can be paid; margin and
        margin_rate of the stays in the scheme alone, of which cost_in_scheme is the cost; low, high,
        review_open; in_scheme, ambiguous, ungrouped, self_pay, by_item: how many stays are in the margin and
        beside it, and cost_beside. The kinds add up to cases, the two costs to total_cost.
        """
        return summary(self, by)

    def text(self, case_id: Any = None, lang: Language = "zh") -> str:
        """One stay in plain words. `case_id` may be left out when there is only one."""
        return in_words(self, self._row(case_id), lang)

    def what_if(self, case_id: Any = None, lang: Language = "zh") -> pd.DataFrame:
        """The same stay under each other choice its documented codes leave open, with what it would be paid.

        Needs diagnoses, procedures, sex and age. Columns are those of `DrgGrouper.what_if` and weight,
        standard, payment, margin, payment_change (from the payment as coded). Only documented conditions
        may be coded: the column note and `.attrs["note"]` say so.
        """
        return _priced_alternatives(self, self._row(case_id), lang)

    def to_excel(self, path: Any) -> None:
        """A workbook with Chinese headers: 汇总 by department, 明细, 特例单议, 无法测算, 说明."""
        _write(self, path)

    def _row(self, case_id: Any) -> int:
        if case_id is not None:
            return find_row(self.payments, case_id)
        if len(self) != 1:
            raise ArgumentError("which of the cases?", got=f"{len(self)} cases", do="give a case_id")
        return 0

    def __repr__(self) -> str:
        if len(self) == 1:
            return self.text()
        return text(self)

    def _repr_html_(self) -> str:
        return html(self)


def _write(estimate: EstimatedStays, path: Any) -> None:
    """汇总 by department, 明细, 特例单议, 无法测算 and 说明; the file is there whole or not at all."""
    sheets = {
        "汇总": (
            totalled(estimate.payments, partial(summary, estimate), "department"),
            {"department": "科室", **DEPARTMENT},
        ),
        "明细": (marks_in_words(estimate.frame), STAY | MONEY | _OWN),
        "特例单议": (marks_in_words(estimate.worklist), WORKLIST),
        "无法测算": (estimate.payments.unpaid, UNPAID),
    }
    told = [*estimate.told, *(either(*said) for said in notes(estimate))]
    write_sheets(path, sheets, notes=[*_CAUTION, *told, *resting_on(estimate.payments)])


def _priced_alternatives(estimate: EstimatedStays, row: int, lang: Literal["zh", "en"]) -> pd.DataFrame:
    """`DrgGrouper.what_if` of the stay at position `row`, each row with what it would be paid.

    Raises ArgumentError without a DRG scheme, and what the grouper raises for a case it cannot read.
    """
    from ...grouping import DrgGrouper
    from ...grouping.what_if import what_if

    if estimate.scheme is None or estimate.policy.method == "dip":
        raise ArgumentError(
            "other choices of coding need a DRG scheme",
            got=f"policy {estimate.policy.id}, scheme {estimate.scheme}",
            do="give scheme= to estimate",
        )
    stays = estimate.payments.stays
    case = stays.frame.iloc[[row]]
    choices = what_if(DrgGrouper(estimate.scheme), case, lang=lang)
    same = case.iloc[[0] * len(choices)].reset_index(drop=True)
    asked = same.assign(drg=choices["drg"].array, status=choices["status"].array)
    paid = pay(
        Stays(asked),
        estimate.policy,
        weights=estimate.payments.walks[0].place.weights,
        bill=estimate.bill,
        without=estimate.left_out,
    ).frame
    payment = paid["payment"].to_numpy()
    result = choices.assign(
        weight=paid["weight"].to_numpy(),
        standard=paid["standard"].to_numpy(),
        payment=payment,
        margin=0.0 - paid["borne_by_hospital"].to_numpy(),
        payment_change=payment - payment[0],
    )
    result.attrs = dict(choices.attrs)
    return result
