"""The words of explanations: roles, variables, trust, and how values are written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import get_args

from ..cases.values import value_labels
from ..schemes.rules.terms import Role, Variable
from .case import Status
from .explanation import Language, Words

_SHOWN = 3  # texts listed in one line before the rest is only counted

ROLES: dict[Role, Words] = {
    Role.PRINCIPAL_DIAGNOSIS: Words("主要诊断", "principal diagnosis"),
    Role.OTHER_DIAGNOSES: Words("其他诊断", "secondary diagnosis"),
    Role.MAIN_PROCEDURE: Words("主要手术操作", "main procedure"),
    Role.OTHER_PROCEDURES: Words("其他手术操作", "other procedure"),
}
# name of the variable, and its unit
VARIABLES: dict[Variable, tuple[Words, Words]] = {
    Variable.SEX: (Words("性别", "sex"), Words("", "")),
    Variable.AGE: (Words("年龄", "age"), Words("岁", " years")),
    Variable.AGE_DAYS: (Words("日龄", "age in days"), Words("天", "")),
    Variable.WEIGHT: (Words("体重", "weight"), Words("克", " g")),
    Variable.LOS: (Words("住院天数", "length of stay"), Words("天", " days")),
    Variable.DISCHARGE: (Words("离院方式", "discharge mode"), Words("", "")),
    Variable.ICU_HOURS: (Words("重症监护时长", "ICU hours"), Words("小时", "")),
    Variable.DEPARTMENT: (Words("出院科室", "department"), Words("", "")),
}
STATUSES: dict[Status, Words] = {
    Status.GROUPED: Words("已入组", "a DRG takes it"),
    Status.AMBIGUOUS: Words("歧义组", "the operation is unrelated to the principal diagnosis"),
    Status.UNGROUPED: Words("未入组", "no group takes it"),
    Status.INVALID: Words("病例无效", "it cannot be grouped"),
}
_CODED = {Variable.SEX: "sex", Variable.DISCHARGE: "discharge"}  # columns whose values have labels
TRUST: dict[str, Words] = {
    "read": Words("已对照公布文本", "read in the publication"),
    "secondary": Words("取自转载或公开程序，未逐行核对", "secondary: not compared with the publication"),
    "assumed": Words("假定", "assumed"),
}


def joined(parts: list[Words], zh: str, en: str) -> Words:
    """Several words as one text, with a sign between them."""
    return Words(zh.join(part.zh for part in parts), en.join(part.en for part in parts))


def named_roles(roles: tuple[Role, ...]) -> Words:
    """The roles of a rule: two of one kind are simply any diagnosis, any procedure."""
    if len(roles) == 1:
        return ROLES[roles[0]]
    return (
        Words("任一诊断", "any diagnosis")
        if roles[0].is_diagnosis
        else Words("任一手术操作", "any procedure")
    )


def value_words(variable: Variable, value: float | str) -> Words:
    """`年龄 45岁`: a variable and its value, a coded one (sex, discharge mode) with its label."""
    name, unit = VARIABLES[variable]
    text = value if isinstance(value, str) else format_number(value)
    if variable in _CODED:
        zh, en = (value_labels(_CODED[variable], lang).get(int(value), "") for lang in get_args(Language))
        return Words(f"{name.zh} {text} {zh}".rstrip(), f"{name.en} {text} {en}".rstrip())
    return Words(f"{name.zh} {text}{unit.zh}", f"{name.en} {text}{unit.en}")


def format_number(value: float) -> str:
    """A number without a needless `.0`.

    >>> format_number(45.0), format_number(0.5)
    ('45', '0.5')
    """
    return format(Decimal(repr(float(value))), "f").removesuffix(".0")


def listed(texts: Sequence[str]) -> str:
    """The first few texts, and how many more there are.

    >>> listed(["a", "b", "c", "d", "e"])
    'a, b, c +2'
    """
    rest = len(texts) - _SHOWN
    return ", ".join(texts[:_SHOWN]) + (f" +{rest}" if rest > 0 else "")
