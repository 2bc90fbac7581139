"""A valuation as a workbook: results, books, people, assumptions with sources, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..settlement.workbook import write_tables

if TYPE_CHECKING:
    from .valuation import Valuation

LABELS = {
    "scenario": "情景", "region": "统筹区", "pot": "基金", "scheme": "险种", "year": "年份", "income": "收入",
    "spending": "支出", "balance": "当期结余", "reserve": "累计结余", "reserve_months": "可支付月数",
    "light": "信号灯", "line": "项目", "side": "收支", "zh": "中文", "en": "英文", "amount": "金额",
    "current_deficit": "首次当期赤字", "reserve_gone": "结余耗尽", "p_deficit": "赤字概率", "p_gone": "耗尽概率",  # noqa: E501
    "rate": "折现率", "balances": "各年结余现值", "present_value": "现值", "parameter": "参数", "unit": "单位",  # noqa: E501
    "value": "数值", "low": "下限", "high": "上限", "source": "来源", "state": "可信度", "note": "说明",
    "share": "占比", "step": "步骤", "active": "在职", "retired": "退休", "adult": "成年居民", "pupil": "学生儿童",  # noqa: E501
    "active_per_retired": "在职退休比", "aged_per_working": "老年抚养比",
}  # fmt: skip


def write_workbook(valuation: Valuation, path: Any, lang: str = "zh") -> None:
    """Every table of a valuation, one a sheet; money in yuan.

    Raises MissingExtraError without XlsxWriter, ArgumentError for another language.
    """
    import pandas as pd

    notes = pd.DataFrame(valuation.notes, columns=["zh", "en", "state"])
    sheets: dict[tuple[str, str], pd.DataFrame] = {
        ("概要", "summary"): valuation.summary(),
        ("基金", "funds"): valuation.frame,
        ("收支明细", "lines"): valuation.lines,
        ("人口与参保", "people"): valuation.people,
        ("抚养比", "dependency"): valuation.dependency(),
        ("现值", "present value"): valuation.present_value(),
        ("起始年对账", "start year"): pd.concat(
            [region.accounts.frame.assign(region=region.id) for region in valuation.fund.regions]
        ),
        ("假设", "assumptions"): valuation.fund.assumptions.frame,
        ("说明", "notes"): notes,
    }
    if valuation.draws:
        sheets["区间", "bands"] = valuation.bands
    for course in valuation.courses[1:]:
        if course.scenario.order:
            name = course.scenario.id[:20].translate(str.maketrans("[]:*?/\\", "       "))
            sheets[f"分解 {name}", f"bars {name}"] = valuation.waterfall(course.scenario.id)
    write_tables(path, sheets, LABELS, lang)  # type: ignore[arg-type]
