"""One case in a notebook: its group, why, its money, what is wrong, and the other choices."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

from .._optional import require
from ..cases.hospital_facts import HospitalFacts
from ..errors import DrgsimError
from ..web.answers import Answers
from ..web.settings import Settings
from ..web.taking import Read, cases_of
from ..web.told import told
from ..words import english_name_of, pairs
from .shown import Shown, error, preformatted, table

Language = Literal["zh", "en"]
_FIELDS = (
    ("diagnoses", "诊断", "Diagnoses", str),
    ("procedures", "手术操作", "Procedures", str),
    ("sex", "性别 1 男 2 女", "Sex, 1 male 2 female", int),
    ("age", "年龄（岁）", "Age, years", int),
    ("los", "住院天数", "Days of stay", int),
    ("total_cost", "总费用（元）", "Total cost, yuan", float),
    ("insurance", "险种 employee/resident", "Insurance, employee or resident", str),
    ("hospital_level", "医院等级", "Hospital level", int),
)
_STATUSES, _OUTLIERS = pairs("drg_status"), pairs("outlier")
_GROUP = (
    ("mdc", "主要诊断大类", "MDC"),
    ("adrg", "核心组", "ADRG"),
    ("drg", "细分组", "DRG"),
    ("severity", "严重程度", "Severity"),
    ("status", "状态", "Status"),
    ("reason", "提示", "Note"),
)
_MONEY = (
    ("payment", "应付", "Payment"),
    ("margin", "结余", "Margin"),
    ("standard", "支付标准", "Standard"),
    ("weight", "权重", "Weight"),
    ("outlier", "倍率", "Outlier"),
    ("fund", "基金", "Fund"),
    ("patient", "个人", "Patient"),
)


def case(
    given: Mapping[str, Any] | None = None,
    *,
    scheme: str = "chs-drg-2.0",
    policy: str | None = None,
    hospital: Any = None,
    lang: Language = "zh",
    **columns: Any,
) -> CaseView:
    """One case, to be seen and changed in a notebook.

    Parameters
    ----------
    given, columns : the case in the columns of the case table, or a settlement list or front page as it is
    scheme : id of the scheme that groups it
    policy : id or file of the policy that estimates it; None takes the national default
    hospital : facts on the hospital, as in `estimate`
    lang : `zh` or `en`

    Returns
    -------
    CaseView: shows a form whose answers follow where ipywidgets is there, else the answers as HTML. It never
    shows identifiers. Raises what reading and grouping a case raise.

    >>> case(sex=1, age=45, diagnoses="K80.101").group["status"]
    'grouped'
    """
    facts = HospitalFacts.of(hospital)
    settings = Settings(scheme=scheme, policy=policy, hospital=facts)
    return CaseView({**(given or {}), **columns}, Answers(settings), lang)


class CaseView(Shown):
    """A case and its answers: `group`, `explanation`, `estimate`, `problems`, `choices`."""

    def __init__(self, given: Mapping[str, Any], answers: Answers, lang: Language) -> None:
        self._given, self._answers, self.lang = dict(given), answers, lang
        self._read: Read = cases_of([self._given])

    @cached_property
    def group(self) -> dict[str, Any]:
        """MDC, ADRG, DRG, names, severity, status, reason."""
        return self._answers.group(self._read, {}).rows[0]

    @cached_property
    def explanation(self) -> str:
        """The way to the group, in words."""
        return str(self._answers.explain(self._read, {"lang": self.lang}).rows[0]["text"])

    @cached_property
    def estimate(self) -> dict[str, Any] | None:
        """What is paid, with `trust` in words; None for a case without a cost."""
        if "total_cost" not in self._read.one(0):
            return None
        answer = self._answers.estimate(self._read, {})
        return {**answer.rows[0], "trust": answer.facts["trust"][self.lang], "policy": answer.facts["policy"]}

    @cached_property
    def problems(self) -> list[dict[str, Any]]:
        """What the rules find wrong."""
        return self._answers.check(cases_of([self._given], read=True), {}).rows

    @cached_property
    def choices(self) -> list[dict[str, Any]]:
        """The group under each other choice that the codes leave open."""
        return list(self._answers.what_if(self._read, {"lang": self.lang}).rows[0]["choices"])

    def html(self) -> str:
        """All answers, one below the other."""
        zh = self.lang == "zh"
        found = self.group
        rows = [(a if zh else b, _named(found, name, self.lang)) for name, a, b in _GROUP]
        parts = [table(rows)]
        told = [
            *(f"{each['column']}: {each[self.lang]}" for each in found.get("read", ())),
            *found.get("told", ()),
        ]
        parts += [table([(line,) for line in told])] if told else []
        if self.estimate is not None:
            said = {**self.estimate, "outlier": _OUTLIERS[self.estimate["outlier"]][not zh]}
            money = [(a if zh else b, said.get(name)) for name, a, b in _MONEY]
            parts += [
                table(money),
                f"<p><small>{self.estimate['policy']}: {self.estimate['trust']}</small></p>",
            ]
        if self.problems:
            parts.append(table([(each["column"], each["got"], each[self.lang]) for each in self.problems]))
        heads = (
            ("改动", "主要诊断", "主要手术", "DRG", "")
            if zh
            else ("change", "principal", "procedure", "DRG", "")
        )
        names = ("change", "principal", "main_procedure", "drg", "drg_name")
        parts.append(table([[each.get(name) for name in names] for each in self.choices], heads))
        parts.append(preformatted(self.explanation))
        return "".join(parts)

    def widget(self) -> Any:
        """A form of the case; the answers follow what is typed."""
        widgets = require("ipywidgets", extra="notebook", feature="widgets")
        zh = self.lang == "zh"
        stated = self._read.one(0)
        boxes = {
            name: widgets.Text(
                value="" if stated.get(name) is None else str(stated[name]),
                description=a if zh else b,
                continuous_update=False,
                style={"description_width": "12em"},
                layout={"width": "40em"},
            )
            for name, a, b, _ in _FIELDS
        }
        answer = widgets.HTML(value=self.html())

        def follow(_: Any) -> None:
            changed = {**stated}
            for name, _, _, kind in _FIELDS:
                changed.pop(name, None)
                text = boxes[name].value.strip()
                if text:
                    changed[name] = _number(text, kind)
            try:
                answer.value = CaseView(changed, self._answers, self.lang).html()
            except DrgsimError as wrong:
                answer.value = error(told(wrong))

        for box in boxes.values():
            box.observe(follow, names="value")
        return widgets.VBox([*boxes.values(), answer])

    def __repr__(self) -> str:
        return f"CaseView({self.group['drg']} {self.group['drg_name']}, {self.group['status']})"


def _named(found: Mapping[str, Any], name: str, lang: Language) -> str:
    """A code with its name; a state in words."""
    if name == "status":
        return _STATUSES[found[name]][lang == "en"]
    label = found.get(f"{name}_name") or ""
    return f"{found[name]} {label if lang == 'zh' else english_name_of(label)}".strip()


def _number(text: str, kind: type) -> Any:
    """A number where the text is one; other texts are left to the reader, which tells of them."""
    try:
        return kind(text)
    except ValueError:
        return text
