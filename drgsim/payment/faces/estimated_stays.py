"""What an estimate found of each stay: the payments it rests on, and the frame made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from ...cases.arrays import Ints
from ...cases.fen import to_yuan
from ...errors import NotFoundError
from ...policy.policy import Policy
from ..engine.problems import Unpaid
from .payments import Payments
from .standing import Standing, margins, priced_alone, standings, why_patient_unknown
from .worklist import worth_filing

_SHARED = (
    "status", "problem", "route", "weight", "standard", "ratio", "outlier", "payment", "fund", "catastrophic",
    "medical_aid", "other_funds", "commercial", "patient", "total_cost",
)  # fmt: skip


@dataclass(frozen=True, repr=False)
class EstimatedStays:
    """Stays with what each is estimated to be paid; `Estimate` is the same with faces."""

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
