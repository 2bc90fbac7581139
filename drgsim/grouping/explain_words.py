"""The words of explanations: roles, variables, trust, and how values are written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import get_args

from ..cases.values import value_labels
from ..schemes.rules.terms import Role, Variable
from ..words import members, pairs
from .case import Status
from .explanation import Language, Words

_SHOWN = 3  # texts listed in one line before the rest is only counted

ROLES: dict[Role, Words] = {role: Words(*pair) for role, pair in members("role", Role).items()}
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
STATUSES: dict[Status, Words] = {each: Words(*pair) for each, pair in members("drg_status", Status).items()}
_CODED = {Variable.SEX: "sex", Variable.DISCHARGE: "discharge"}  # columns whose values have labels
TRUST: dict[str, Words] = {state: Words(*pair) for state, pair in pairs("trust_told").items()}


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


@lru_cache(maxsize=1 << 12)
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
