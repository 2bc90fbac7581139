"""An estimate as a workbook: Chinese headers and words, and a sheet of what the numbers rest on."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..._excel import write_sheets
from ...language import either
from ...words import headers
from .estimate_summary import ZH as DEPARTMENT
from .estimate_summary import notes, summary
from .estimated_stays import EstimatedStays
from .payments_workbook import MONEY, STAY, UNPAID, WORKLIST, in_words, resting_on, totalled

ESTIMATE = headers(
    "margin", "standing", "patient_unknown", "review_open", "review_gain", "reasons_zh", room="estimate"
)
_CAUTION = (
    "本表为按所载政策对每个病例的测算,不是结算结果;未含特例单议。",
    "只可编码病历中有记载、经诊疗的疾病和操作。",
)


def write_estimate(estimate: EstimatedStays, path: Any) -> None:
    """汇总 by department, 明细, 特例单议, 无法测算 and 说明; the file is there whole or not at all."""
    sheets = {
        "汇总": (
            totalled(estimate.payments, partial(summary, estimate), "department"),
            {"department": "科室", **DEPARTMENT},
        ),
        "明细": (in_words(estimate.frame), STAY | MONEY | ESTIMATE),
        "特例单议": (in_words(estimate.worklist), WORKLIST),
        "无法测算": (estimate.payments.unpaid, UNPAID),
    }
    told = [*estimate.told, *(either(*said) for said in notes(estimate))]
    write_sheets(path, sheets, notes=[*_CAUTION, *told, *resting_on(estimate.payments)])
