"""Estimates as workbooks a hospital opens: Chinese headers, codes as text, and what the numbers rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._atomic import replacing
from .._optional import require
from ..errors import ArgumentError
from .estimate_summary import ZH as SUMMARY_ZH
from .policy_display import policy_text

if TYPE_CHECKING:
    import pandas as pd

    from .estimate import Estimate

_MOST_ROWS = 1_048_575  # of a sheet, without the header
_WIDTH = 14
_NOTE_WIDTH = 110
_MONEY, _RATIO = "#,##0.00", "0.0000"

DETAIL_ZH = {
    "case_id": "病案号",
    "department": "科室",
    "group": "病组编码",
    "group_name": "病组名称",
    "status": "状态",
    "problem": "无法测算原因",
    "route": "付费途径",
    "weight": "权重",
    "standard": "支付标准",
    "ratio": "倍率(政策口径)",
    "ratio_to_standard": "费用/标准",
    "outlier": "倍率类别",
    "payment": "应付总额",
    "fund": "统筹基金",
    "catastrophic": "大病保险",
    "medical_aid": "医疗救助",
    "other_funds": "其他基金",
    "commercial": "商业保险",
    "patient": "个人负担",
    "total_cost": "总费用",
    "margin": "结余",
    "review_open": "可申请特例单议",
    "review_gain": "通过后增加",
    "reasons_zh": "申请理由",
}
WORKLIST_ZH = {
    "case_id": "病案号",
    "hospital_id": "医疗机构",
    "department": "科室",
    "group": "病组编码",
    "period": "周期",
    "total_cost": "总费用",
    "standard": "支付标准",
    "payment": "现应付",
    "if_accepted": "通过后应付",
    "gain": "增加",
    "acceptance": "通过率",
    "expected_gain": "预期增加",
    "rank": "排序",
    "within_quota": "名额内",
    "reasons_zh": "申请理由",
}
UNPAID_ZH = {"case_id": "病案号", "group": "病组编码", "problem": "代码", "zh": "原因"}
_WORDS = {True: "是", False: "否"}


def write_estimate(estimate: Estimate, path: Any) -> None:
    """Write five sheets; the file is there whole or not at all. Needs the extra `excel`."""
    from .estimate_words import OUTLIER_WORDS
    from .problems import Problem
    from .state import Route
    from .steps.routes import ROUTE_WORDS

    words = {
        "status": {"paid": "已测算", "not_payable": "无法测算"},
        "problem": {problem.name.lower(): problem.zh for problem in Problem},
        "route": {route.name.lower(): ROUTE_WORDS[Route(route)][0] for route in Route},
        "outlier": {name: zh for name, (zh, _) in OUTLIER_WORDS.items()},
    }
    frame = estimate.frame
    detail = frame.assign(**{name: frame[name].astype(object).map(table) for name, table in words.items()})
    sheets = {
        "汇总": (_departments(estimate), {"department": "科室", **SUMMARY_ZH}),
        "明细": (detail, DETAIL_ZH),
        "特例单议": (estimate.worklist, WORKLIST_ZH),
        "无法测算": (estimate.payments.unpaid, UNPAID_ZH),
    }
    write_sheets(path, sheets, notes=_notes(estimate))


def _departments(estimate: Estimate) -> pd.DataFrame:
    """One row a department, where the cases have one, and the total."""
    import pandas as pd

    total = estimate.summary(None).assign(department="合计")
    if "department" not in estimate.frame.columns:
        return total
    each = estimate.summary("department").reset_index()
    each["department"] = each["department"].astype(object).where(each["department"].notna(), "未填")
    return pd.concat([each, total], ignore_index=True)


def write_sheets(
    path: Any, sheets: Mapping[str, tuple[pd.DataFrame, Mapping[str, str]]], *, notes: Sequence[str]
) -> None:
    """Write tables as sheets, each with the columns its headers name, and a last sheet 说明 of lines."""
    xlsxwriter = require("xlsxwriter", extra="excel", feature="writing Excel workbooks")
    for name, (frame, _) in sheets.items():
        if len(frame) > _MOST_ROWS:
            raise ArgumentError(f"a sheet holds at most {_MOST_ROWS:,} rows", got=len(frame), where=name)
    with replacing(Path(path)) as part, xlsxwriter.Workbook(str(part)) as book:
        formats = {
            "head": book.add_format({"bold": True, "text_wrap": True, "bottom": 1}),
            "money": book.add_format({"num_format": _MONEY}),
            "ratio": book.add_format({"num_format": _RATIO}),
        }
        for name, (frame, headers) in sheets.items():
            _write(book.add_worksheet(name), frame, headers, formats)
        page = book.add_worksheet("说明")
        page.set_column(0, 0, _NOTE_WIDTH)
        for row, line in enumerate(notes):
            page.write_string(row, 0, line)


def _write(page: Any, frame: pd.DataFrame, headers: Mapping[str, str], formats: Mapping[str, Any]) -> None:
    names = [name for name in headers if name in frame.columns]
    page.freeze_panes(1, 1)
    page.set_column(0, max(len(names) - 1, 0), _WIDTH)
    page.write_row(0, 0, [headers[name] for name in names], formats["head"])
    for place, name in enumerate(names):
        cells = frame[name].astype(object).where(frame[name].notna(), None).tolist()
        style = formats["ratio"] if name in _RATIOS else formats["money"]
        for row, cell in enumerate(cells, 1):
            if isinstance(cell, bool):
                page.write_string(row, place, _WORDS[cell])
            elif isinstance(cell, float):
                page.write_number(row, place, cell, style)
            elif isinstance(cell, int):
                page.write_number(row, place, cell)
            elif cell is not None:
                page.write_string(row, place, str(cell))


_RATIOS = ("weight", "ratio", "ratio_to_standard", "cmi", "margin_rate", "acceptance")


def _notes(estimate: Estimate) -> list[str]:
    """What the numbers rest on: policy, weights, trust, every value used with its source."""
    paid = estimate.payments
    weights = paid.walks[0].place.weights
    used = sorted({path for book in paid.books for reading in book.trail.values() for path in reading.used})
    lines = [
        "本表为按所载政策对每个病例的测算,不是结算结果;特例单议之前。",
        "应付总额为该病例各方合计应付,结余 = 各方支付 - 总费用。只可编码病历中有记载、经诊疗的疾病和操作。",
        paid.trust_in("zh"),
        f"权重表: {weights.facts.get('title', '') if weights is not None else '无'}"
        + (f" ({weights.facts['state']})" if weights is not None and "state" in weights.facts else ""),
        "",
    ]
    return [*lines, *policy_text(estimate.policy, used=used).splitlines()]
