"""The office's month as one page: figures, where the money goes, what to look at. No identifier."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from ..language import either, stated_language
from ..office.indicators import HEADERS, KINDS
from ..office.month import PERIODS, OfficeMonth, shown
from ..words import title_in
from .markup import CSS, bullets, document, heading, paragraph, section, table

if TYPE_CHECKING:
    import pandas as pd

_FIGURES = ("cases", "in_scheme", "beside", "cmi", "cost_index", "time_index", "low", "high",
            "total_cost", "margin", "margin_rate")  # fmt: skip
_LABELS = {**HEADERS, "beside": "另列: QY/未入组/自费/按项目/无法测算"}
_GROUP_FIGURES = ("cases", "cmi", "cost_index", "time_index", "mean_cost", "margin", "margin_rate")
_CHANGES = {"change_last": "较上月", "change_year": "较去年同月"}
_MOST_LISTED, _MOST_EXPLAINED = 20, 40  # stays listed, and told test by test, on the page
_OWN_CSS = """details { margin: .6mm 0; } summary { cursor: pointer; } details ul { font-size: 8pt; }
td:first-child { word-break: keep-all; }"""


def page(month: OfficeMonth) -> str:
    """The whole page as HTML text: sums, and single stays by the row of their sheet."""
    title = title_in(f"医保办月报 {month.month}")
    body = [
        heading(title, f"the insurance office's month {month.month}", rank=1),
        section(bullets(month.told), kind="trust"),
        heading("主要指标", "indicators"),
        _overview(month),
        heading("科室", "departments"),
        _by(month.totalled("department"), "科室", _FIGURES),
        _drill(month),
        heading("盈亏病组", "winners and losers"),
        paragraph("亏损最多的病组"),
        _by(month.losers, "病组", _GROUP_FIGURES, named=True),
        paragraph("结余最多的病组"),
        _by(month.winners, "病组", _GROUP_FIGURES, named=True),
        heading("医师", "doctors") if month.frame["doctor"].nunique() > 1 else "",
        _by(_busiest(month), "医师", _FIGURES) if month.frame["doctor"].nunique() > 1 else "",
        heading("险种", "insurance"),
        _by(month.totalled("insurance"), "险种", _FIGURES),
        heading("特例单议(名额内)", "special review within the quota"),
        _reviews(month),
        heading("编码警示", "warnings"),
        _warnings(month),
        heading("入组说明", "explanations"),
        paragraph("点开可看每一步分组检验; 其余病例见工作簿。", kind="small"),
        _explained(month),
        paragraph("警示是供复核的线索, 不是结论; 只可编码病历中有记载、经诊疗的疾病和操作。", kind="small"),
    ]
    return document((title, title), CSS + _OWN_CSS, body)


def _overview(month: OfficeMonth) -> str:
    frame = month.comparison
    named = {**PERIODS, **_CHANGES}
    heads = [("指标", ""), *((named.get(str(each), str(each)), "") for each in frame.columns)]
    rows = [
        [HEADERS[name], *(shown(name, value) for value in values)]
        for name, values in zip(frame.index, frame.to_numpy().tolist(), strict=True)
    ]
    return table(heads, rows)


def _by(frame: pd.DataFrame, zh: str, figures: Sequence[str], *, named: bool = False) -> str:
    if not len(frame):
        return paragraph("无", kind="small")
    heads = [(zh, ""), *([("名称", "")] if named else []), *((_LABELS[name], "") for name in figures)]
    rows = []
    for label, row in frame.iterrows():
        words = [str(label), *([str(row["group_name"])] if named else [])]
        rows.append(
            [*words, *(_beside(row) if name == "beside" else shown(name, row[name]) for name in figures)]
        )
    return table(heads, rows, words=2 if named else 1)


def _beside(row: pd.Series) -> str:
    """How many stays of each kind stand beside the margin; a dash for none."""
    counts = [int(row[kind]) for kind in KINDS if kind != "in_scheme"]
    return "/".join(map(str, counts)) if any(counts) else "—"


def _drill(month: OfficeMonth) -> str:
    """Each department's groups, folded."""
    pairs = month.summary(["department", "group"])
    folded = []
    for department, part in pairs.groupby(level="department", sort=True):
        listed = part.droplevel("department").sort_values("margin", kind="stable").head(_MOST_LISTED)
        titled = title_in(f"{department}: 按病组")
        folded.append(_fold(titled, _by(listed, "病组(亏损多者在前)", _GROUP_FIGURES)))
    return "".join(folded)


def _busiest(month: OfficeMonth) -> pd.DataFrame:
    return month.summary("doctor").sort_values("cases", ascending=False, kind="stable").head(_MOST_LISTED)


def _reviews(month: OfficeMonth) -> str:
    frame = month.reviews
    if not len(frame):
        return paragraph("名额内无可申请且有增益的病例，或政策未设特例单议", kind="small")
    rows = []
    at = month.frame.index.get_indexer(frame.index)
    for place, row in zip(at[:_MOST_LISTED], frame.head(_MOST_LISTED).to_dict("records"), strict=True):
        rows.append([
            str(month.sheet_rows[place]), str(row["department"] or ""), str(row["group"]),
            str(row[either("reasons_zh", "reasons_en")]),
            *(f"{row[name]:,.2f}" for name in ("total_cost", "payment", "if_accepted", "gain")),
        ])  # fmt: skip
    heads = [("表内行号", ""), ("科室", ""), ("病组", ""), ("申请理由", ""), ("总费用", ""), ("现应付", ""),
             ("通过后应付", ""), ("增加", "")]  # fmt: skip
    more = len(frame) - _MOST_LISTED
    beside = paragraph(f"另有 {more} 例见工作簿", kind="small") if more > 0 else ""
    return table(heads, rows, words=4) + beside


def _warnings(month: OfficeMonth) -> str:
    frame = month.warnings
    if not len(frame):
        return paragraph("无", kind="small")
    counted = frame.groupby(["number", "zh"], sort=True).size().reset_index()
    rows = [[str(each[0]), str(each[1]), f"{each[2]:,}"] for each in counted.itertuples(index=False)]
    return table([("警示", ""), ("内容", ""), ("病例数", "")], rows, words=2)


def _explained(month: OfficeMonth) -> str:
    folded = []
    for at in month.to_explain[:_MOST_EXPLAINED].tolist():
        explanation = month.explain(at)
        if explanation is None:
            return paragraph("该政策的分组方案不可用, 无法说明", kind="small")
        row = month.frame.iloc[at]
        where = title_in(f"第 {month.sheet_rows[at]} 行, {title_in(row['department'])}")
        named = f"{row['group']} {title_in(row['group_name'])}: {title_in(row['words'])}"
        folded.append(_fold(f"{where}, {named}", explanation.to_html(stated_language() or "zh")))
    return "".join(folded)


def _fold(title: str, inner: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{inner}</details>"
