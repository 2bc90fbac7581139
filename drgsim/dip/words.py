"""The closed vocabularies of DIP: kinds, treatment classes, notes, statuses; each in both languages."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A word as tables and code spell it, with the Chinese that users read as `zh`."""

    zh: str

    def __new__(cls, value: str, zh: str = "") -> Self:
        word = str.__new__(cls, value)
        word._value_ = value
        word.zh = zh
        return word

    @property
    def en(self) -> str:
        return self.value.replace("_", " ")

    def named(self, language: str) -> str:
        """The word as users of `language` (`zh` or `en`) read it.

        >>> Kind.CORE.named("zh")
        '核心病种'
        """
        return self.zh if language == "zh" else self.en


class Kind(Word):
    """What a disease type is in its catalogue."""

    EARLY = "early", "先期分组"
    COMBINED = "combined", "并项病种"
    SUBDIVIDED = "subdivided", "诊断辅助细分病种"
    BASIC = "basic", "基础病种"
    CORE = "core", "核心病种"
    COMPOSITE = "composite", "综合病种"
    BLANK = "blank", "空白病种"


class Pool(Word):
    """Where a rule set looks for entries. Those named as a kind hold the types of that kind."""

    EARLY = "early", "先期分组"
    COMBINED = "combined", "并项病种"
    SUBDIVIDED = "subdivided", "诊断辅助细分病种"
    BASIC = "basic", "基础病种"
    CORE = "core", "核心病种"
    PRIMARY_CARE = "primary_care", "基层病种"  # core types marked as primary care
    COMPOSITE = "composite", "综合病种"
    LETTER = "letter", "首字母综合病种"  # composite entries filed under one letter, whatever their class
    BLANK = "blank", "空白病种"


class TreatmentClass(Word):
    """How a stay was treated, weakest first."""

    CONSERVATIVE = "conservative", "保守治疗"
    DIAGNOSTIC = "diagnostic", "诊断性操作"
    THERAPEUTIC = "therapeutic", "治疗性操作"
    SURGICAL = "surgical", "相关手术"

    @property
    def rank(self) -> int:
        """0 (conservative) to 3 (surgical)."""
        return CLASSES.index(self)


class ProcedureClass(Word):
    """What a procedure is. A rule set says whether an intervention counts as surgery or as therapy."""

    CONSERVATIVE = "conservative", "保守治疗"
    DIAGNOSTIC = "diagnostic", "诊断性操作"
    THERAPEUTIC = "therapeutic", "治疗性操作"
    INTERVENTIONAL = "interventional", "介入治疗"
    SURGICAL = "surgical", "手术"


class ProcedureNote(Word):
    """Why a procedure may not decide the type."""

    NOT_PRINCIPAL = "not_principal", "不可作为主要手术操作"  # the next procedure is taken
    CONSERVATIVE = "conservative", "按保守治疗入组"  # the stay counts as conservative
    LIMITED = "limited", "限范围可作主要手术操作"  # allowed with stated diagnoses, else conservative


class Status(Word):
    """What became of a case."""

    GROUPED = "grouped", "已入组"
    NO_PRINCIPAL = "no_principal_diagnosis", "缺少主要诊断"
    UNKNOWN_PRINCIPAL = "unknown_principal_diagnosis", "主要诊断编码不在字典中"
    EXCLUDED_PRINCIPAL = "excluded_principal_diagnosis", "主要诊断不纳入分组"
    NO_ENTRY = "not_in_catalogue", "目录中无对应病种"


CLASSES: tuple[TreatmentClass, ...] = tuple(TreatmentClass)
POOLS: tuple[Pool, ...] = tuple(Pool)
STATUSES: tuple[Status, ...] = tuple(Status)
