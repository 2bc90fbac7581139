"""Results and estimates as workbooks: Chinese headers and words, and a sheet of what the numbers rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ..._excel import write_sheets
from ...language import either
from ...policy.display import policy_text
from ...words import word_in
from .estimate_summary import ZH as DEPARTMENT
from .estimate_summary import notes
from .headers import ESTIMATE, MONEY, STAY, TOTALS, UNPAID, WORDS, WORKLIST

if TYPE_CHECKING:
    from .estimate import Estimate
    from .payments import Payments

_CAUTION = (
    "本表为按所载政策对每个病例的测算,不是结算结果;未含特例单议。",
    "只可编码病历中有记载、经诊疗的疾病和操作。",
)
_MEANING = "应付总额为该病例各方合计应付;结余 = 各方支付 - 总费用,医院承担为其相反数。"


def write_estimate(estimate: Estimate, path: Any) -> None:
    """汇总 by department, 明细, 特例单议, 无法测算 and 说明; the file is there whole or not at all."""
    sheets = {
        "汇总": (_totalled(estimate, "department"), {"department": "科室", **DEPARTMENT}),
        "明细": (_in_words(estimate.frame), STAY | MONEY | ESTIMATE),
        "特例单议": (_in_words(estimate.worklist), WORKLIST),
        "无法测算": (estimate.payments.unpaid, UNPAID),
    }
    told = [*estimate.told, *(either(*said) for said in notes(estimate))]
    write_sheets(path, sheets, notes=[*_CAUTION, *told, *_notes(estimate.payments)])


def write_payments(payments: Payments, path: Any) -> None:
    """汇总 by insurance, 明细, 无法付费 and 说明; the file is there whole or not at all."""
    steps = {f"adjust_{step.name}": f"调整:{step.zh}" for walk in payments.walks for step in walk.steps}
    sheets = {
        "汇总": (_totalled(payments, "insurance"), {"insurance": "险种", **TOTALS, **MONEY}),
        "明细": (_in_words(payments.frame), STAY | steps | MONEY),
        "无法付费": (payments.unpaid, UNPAID),
    }
    write_sheets(path, sheets, notes=[*(either(*said) for said in payments.other_dates), *_notes(payments)])


def _totalled(result: Estimate | Payments, by: str) -> pd.DataFrame:
    """The summary by a column, where the cases have it, and the total."""
    payments = result if not hasattr(result, "payments") else result.payments
    total = result.summary(None).assign(**{by: "合计"})
    if by not in payments.stays:
        return total
    each = result.summary(by).reset_index()
    each[by] = each[by].astype(object).where(each[by].notna(), "未填")
    return pd.concat([each, total], ignore_index=True)


def _in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Marks as words."""
    words = {name: frame[name].astype(object).map(table) for name, table in WORDS.items() if name in frame}
    if "reasons_en" in frame:
        words["reasons_zh"] = frame[either("reasons_zh", "reasons_en")]
    return frame.assign(**words)


def _notes(payments: Payments) -> list[str]:
    """What the numbers rest on: weights, trust, every value used with its source."""
    lines = [_MEANING, payments.trust_in("zh")]
    for policy, weights in {(walk.place.policy, walk.place.weights): None for walk in payments.walks}:
        facts = {} if weights is None else weights.facts
        title = either(facts.get("title_zh", ""), facts.get("title_en", "")) or facts.get("title", "")
        named = ", ".join(
            filter(None, [title, facts.get("source"), word_in(facts.get("state") or "", "trust")])
        )
        lines += ["", f"权重表: {named or '无'}", *policy_text(policy, used=payments.used).splitlines()]
    return lines
