"""Application sheets (申请表) for special review: one sheet a stay, with what is known filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from .._excel import open_book
from ..cases.columns import case_columns
from ..cases.values import value_labels
from ..codes import Catalogue
from ..errors import ArgumentError
from ..payment.faces.explain import find_row
from .stays import UNNAMED

if TYPE_CHECKING:
    from ..payment.faces.estimate import Estimate

_PARTS = ("drug_cost", "consumable_cost", "examination_cost", "procedure_cost", "nursing_cost", "other_cost")
_TO_FILL = (
    "病情与诊疗经过",
    "费用高或住院时间长的原因",
    "科室意见及签字",
    "医保办意见及签字",
    "评审意见",
    "日期",
)
_SHOWN = 12  # codes listed of a kind


def write_applications(answer: Estimate, case_ids: Iterable[Any], path: Any) -> int:
    """One sheet a case; the number of sheets. Raises NotFoundError for a case that is not there,
    ArgumentError when none is named, MissingExtraError without XlsxWriter."""
    rows = [find_row(answer.payments, case) for case in case_ids]
    if not rows:
        raise ArgumentError("no case to apply for", do="name case ids")
    with open_book(path) as book:
        head = book.add_format({"bold": True, "font_size": 14, "align": "center"})
        name = book.add_format({"bold": True, "border": 1, "valign": "top", "text_wrap": True})
        cell = book.add_format({"border": 1, "valign": "top", "text_wrap": True, "align": "left"})
        for number, row in enumerate(rows, 1):
            page = book.add_worksheet(f"申请表{number}")
            page.set_paper(9)
            page.fit_to_pages(1, 1)
            page.set_column(0, 0, 22)
            page.set_column(1, 1, 70)
            page.merge_range(0, 0, 0, 1, "医保特例单议申请表", head)
            at = 1
            for label, text in _filled(answer, row):
                page.write_string(at, 0, label, name)
                page.write_string(at, 1, text, cell)
                at += 1
            for label in _TO_FILL:
                page.set_row(at, 60)
                page.write_string(at, 0, label, name)
                page.write_blank(at, 1, None, cell)
                at += 1
    return len(rows)


def _filled(answer: Estimate, row: int) -> Iterator[tuple[str, str]]:
    case, found = answer.payments.stays.frame.iloc[row], answer.frame.iloc[row]
    labels = {name: column.label_zh for name, column in case_columns().items()}
    for name in ("case_id", "hospital_id", "department", "doctor", "insurance", "sex", "age",
                     "admission_date",
                 "discharge_date", "los", "discharge"):  # fmt: skip
        if name in case.index:
            yield labels[name], _told(name, case[name])
    for name, zh in (("diagnoses", "诊断"), ("procedures", "手术操作")):
        if name in case.index:
            yield from _codes(name, zh, case[name])
    yield "病组", f"{found['group'] or '无'} {found['group_name'] or ''}".strip()
    for name, zh in (("weight", "权重"), ("ratio_to_standard", "费用/支付标准")):
        yield zh, _number(found[name], 4)
    for name, zh in (("total_cost", "总费用"), ("standard", "支付标准"), ("payment", "现应付"), ("margin",
                     "结余"),
                     ("review_gain", "通过后可增加")):  # fmt: skip
        yield f"{zh}(元)", _number(found[name], 2)
    for name in _PARTS:
        if name in case.index:
            yield f"其中{labels[name]}(元)", _number(case[name], 2)
    yield "符合的申请条件", str(found["reasons_zh"] or "政策未列出条件, 或该病例不符合所列条件")


def _codes(name: str, zh: str, joined: Any) -> Iterator[tuple[str, str]]:
    catalogue = Catalogue.load("diagnosis" if name == "diagnoses" else "procedure")
    codes = [code for code in str(joined).split("|") if code] if isinstance(joined, str) else []
    named = [f"{code} {catalogue.name_of(code) if code in catalogue else ''}".strip() for code in codes]
    yield f"主要{zh}", named[0] if named else "无"
    if named[1:]:
        yield f"其他{zh}", "; ".join(named[1 : 1 + _SHOWN]) + (" 等" if len(named) > 1 + _SHOWN else "")


def _told(name: str, value: Any) -> str:
    if value is None or value != value:
        return UNNAMED
    labels = {str(key): label for key, label in value_labels(name).items()}
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return labels.get(text, text.removesuffix(" 00:00:00"))


def _number(value: Any, digits: int) -> str:
    return "—" if value is None or value != value else f"{float(value):,.{digits}f}"
