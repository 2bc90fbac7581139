"""Results as workbooks: Chinese headers and words, and a sheet of what the numbers rest on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from ..._excel import write_sheets
from ...language import either
from ...words import headers, pairs, word_in
from ..engine.problems import Unpaid
from ..engine.state import Review, Route
from ..engine.steps.routes import ROUTE_WORDS
from ..engine.steps.special_review import REVIEW_WORDS
from .paid_stays import PaidStays
from .payments_summary import summary
from .standing import Standing

MONEY = headers(
    "total_cost",
    "carved_out",
    "standard",
    "payment",
    "fund_by_item",
    "fund",
    "fund_insured_region",
    "fund_care_region",
    "catastrophic",
    "medical_aid",
    "other_funds",
    "commercial",
    "patient",
    "patient_account",
    "patient_cash",
    "borne_by_hospital",
)
STAY = headers(
    "case_id",
    "department",
    "group",
    "group_name",
    "status",
    "problem",
    "route",
    "weight",
    "coefficient",
    "unit_price",
    "ratio",
    "ratio_to_standard",
    "outlier",
    "review",
    room="payment",
)
WORKLIST = headers(
    "case_id",
    "hospital_id",
    "department",
    "group",
    "period",
    "total_cost",
    "standard",
    "payment",
    "if_accepted",
    "gain",
    "acceptance",
    "expected_gain",
    "rank",
    "within_quota",
    "reasons_zh",
    room="review",
)
UNPAID = headers("case_id", "group", "problem", "zh", room="unpaid")
TOTALS = headers("cases", "not_payable", "cmi")
WORDS = {
    "status": {"paid": "已付费", "not_payable": "无法付费"},
    "problem": {problem.name.lower(): problem.zh for problem in Unpaid},
    "route": {route.name.lower(): ROUTE_WORDS[route][0] for route in Route},
    "outlier": {name: zh for name, (zh, _) in pairs("outlier").items()},
    "standing": {each.name.lower(): each.zh for each in Standing},
    "review": {review.name.lower(): REVIEW_WORDS[review][0] for review in Review},
}
_MEANING = "应付总额为该病例各方合计应付;结余 = 各方支付 - 总费用,医院承担为其相反数。"


def write_payments(payments: PaidStays, path: Any) -> None:
    """汇总 by insurance, 明细, 无法付费 and 说明; the file is there whole or not at all."""
    steps = {f"adjust_{step.name}": f"调整:{step.zh}" for walk in payments.walks for step in walk.steps}
    sheets = {
        "汇总": (
            totalled(payments, partial(summary, payments), "insurance"),
            {"insurance": "险种", **TOTALS, **MONEY},
        ),
        "明细": (marks_in_words(payments.frame), STAY | steps | MONEY),
        "无法付费": (payments.unpaid, UNPAID),
    }
    write_sheets(
        path, sheets, notes=[*(either(*said) for said in payments.other_dates), *resting_on(payments)]
    )


def totalled(paid: PaidStays, summary: Callable[[str | None], pd.DataFrame], by: str) -> pd.DataFrame:
    """The summary by a column, where the cases have it, and the total."""
    total = summary(None).assign(**{by: "合计"})
    if by not in paid.stays:
        return total
    each = summary(by).reset_index()
    each[by] = each[by].astype(object).where(each[by].notna(), "未填")
    return pd.concat([each, total], ignore_index=True)


def marks_in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Marks as words."""
    words = {name: frame[name].astype(object).map(table) for name, table in WORDS.items() if name in frame}
    if "reasons_en" in frame:
        words["reasons_zh"] = frame[either("reasons_zh", "reasons_en")]
    return frame.assign(**words)


def resting_on(payments: PaidStays) -> list[str]:
    """What the numbers rest on: weights, trust, every value used with its source."""
    lines = [_MEANING, payments.trust_in("zh")]
    for policy, weights in {(walk.place.policy, walk.place.weights): None for walk in payments.walks}:
        facts = {} if weights is None else weights.facts
        title = either(facts.get("title_zh", ""), facts.get("title_en", "")) or facts.get("title", "")
        named = ", ".join(
            filter(None, [title, facts.get("source"), word_in(facts.get("state") or "", "trust")])
        )
        lines += ["", f"权重表: {named or '无'}", *policy.show(used=payments.used).splitlines()]
    return lines
