"""What a hospital wants to know of its own stays: group, payment, margin, and whether review is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from ...cases.arrays import Ints
from ...cases.fen import to_yuan
from ...cases.hospital_facts import HospitalFacts
from ...errors import ArgumentError, NotFoundError
from ...policy.policy import policy_given
from ..engine.grouped import grouped
from ..engine.problems import Unpaid
from ..engine.stays import Stays
from ..pay import pay
from .enough import refuse_too_few
from .estimate_words import in_words
from .explain import find_row
from .payments import Payments
from .standing import Standing, margins, priced_alone, standings, why_patient_unknown
from .worklist import worth_filing

if TYPE_CHECKING:
    from pathlib import Path

    from ...policy.policy import Policy

Language = Literal["zh", "en"]
REVIEW, QUOTA = "special_review", "high_outlier_quota"
_SHARED = (
    "status", "problem", "route", "weight", "standard", "ratio", "outlier", "payment", "fund", "catastrophic",
    "medical_aid", "other_funds", "commercial", "patient", "total_cost",
)  # fmt: skip


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
class Estimate:
    """The answer of `estimate`. `payments` is the result it rests on, paid without the steps `left_out`."""

    payments: Payments
    policy: Policy
    scheme: str | None
    bill: Literal["policy", "recorded"]
    left_out: tuple[str, ...]
    told: tuple[str, ...] = ()  # what was filled in from facts on the hospital

    def __len__(self) -> int:
        return len(self.payments)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a stay, money in yuan; the payers are NaN where only the patient's part is not known.

        case_id, department (where the cases have them), group, group_name; status, problem, route; weight,
        standard, ratio (cost over the policy's own basis), ratio_to_standard, outlier; payment and each
        payer's part; total_cost, margin (received less cost), standing (`Standing`: only stays in the scheme
        are in a summary's margin), patient_unknown (why the patient's part alone is not known, in Chinese);
        review_open, review_gain (if accepted, over the payment now), reasons_zh, reasons_en.
        """
        paid, cases = self.payments.frame, self.payments.stays.frame
        group = self.payments.stays.groups()
        named = group_names(self.scheme, group.names)
        columns: dict[str, Any] = {
            name: cases[name].array for name in ("case_id", "department") if name in cases.columns
        }
        columns["group"] = group.words()
        columns["group_name"] = np.array([*named, None], dtype=object)[group.codes]
        columns |= {name: paid[name].array for name in _SHARED}
        cost = paid["total_cost"].to_numpy()
        alone = priced_alone(self.payments)
        found = self.payments.findings
        for name, fen, known in (
            ("standard", found.standard, alone | (found.problem == Unpaid.NO_LIMIT)),
            ("payment", found.payment, alone),
        ):
            columns[name] = np.where(known, to_yuan(fen), paid[name].to_numpy())
        columns["status"] = paid["status"].mask(alone, "paid").array
        columns["patient_unknown"] = why_patient_unknown(self.payments)
        columns["ratio_to_standard"] = np.divide(
            cost, columns["standard"], out=np.full(len(cost), np.nan), where=columns["standard"] > 0
        )
        standing = standings(self.payments)
        columns["margin"] = np.where(
            standing == Standing.NOT_PAYABLE, np.nan, to_yuan(margins(self.payments))
        )
        standing_names = np.array([each.name.lower() for each in Standing], dtype=object)
        columns["standing"] = pd.Categorical(standing_names[standing], categories=standing_names)
        positions, listed = self._worth_filing
        opened = np.zeros(len(cost), np.bool_)
        opened[positions] = True
        columns["review_open"] = opened
        for name, source in (
            ("review_gain", "gain"),
            ("reasons_zh", "reasons_zh"),
            ("reasons_en", "reasons_en"),
        ):
            values = np.full(len(cost), 0.0 if name == "review_gain" else "", dtype=object)
            values[positions] = listed[source].to_numpy()
            columns[name] = values.astype(np.float64) if name == "review_gain" else values
        return pd.DataFrame(columns, index=cases.index)

    @property
    def worklist(self) -> pd.DataFrame:
        """The stays worth filing for special review, best first; see `special_review_worklist`."""
        return self._worth_filing[1]

    @cached_property
    def _worth_filing(self) -> tuple[Ints, pd.DataFrame]:
        return worth_filing(self.payments)

    def summary(self, by: str | Sequence[str] | None = "department") -> pd.DataFrame:
        """One row a department (or value of another column; several in a list; None: one row in all).

        cases, not_payable, cmi; total_cost of all stays and payment of all that can be paid; margin and
        margin_rate of the stays in the scheme alone, of which cost_in_scheme is the cost; low, high,
        review_open; in_scheme, ambiguous, ungrouped, self_pay, by_item: how many stays are in the margin and
        beside it, and cost_beside. The kinds add up to cases, the two costs to total_cost.
        """
        from .estimate_summary import summary

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
        from .what_if import priced_alternatives

        return priced_alternatives(self, self._row(case_id), lang)

    def to_excel(self, path: Any) -> None:
        """A workbook with Chinese headers: 汇总 by department, 明细, 特例单议, 无法测算, 说明."""
        from .payments_workbook import write_estimate

        write_estimate(self, path)

    def _row(self, case_id: Any) -> int:
        if case_id is not None:
            return find_row(self.payments, case_id)
        if len(self) != 1:
            raise ArgumentError("which of the cases?", got=f"{len(self)} cases", do="give a case_id")
        return 0

    def __repr__(self) -> str:
        if len(self) == 1:
            return self.text()
        from .estimate_summary import text

        return text(self)

    def _repr_html_(self) -> str:
        from .estimate_summary import html

        return html(self)


def group_names(scheme: str | None, groups: Sequence[str]) -> list[str | None]:
    """The names of DRGs in a scheme; None for each where the scheme is not installed."""
    from ...grouping import DrgGrouper

    if scheme is None:
        return [None] * len(groups)
    try:
        table = DrgGrouper(scheme).compiled.drgs
    except NotFoundError:
        return [None] * len(groups)
    named = dict(zip(table.codes, table.names, strict=True))
    return [named.get(group) for group in groups]
