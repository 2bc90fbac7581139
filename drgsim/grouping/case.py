"""One case as the rules see it and the answer to it: plain data; and why a case has no group, or what was
missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from ..schemes.rules.terms import Role, Variable


class Reason(IntEnum):
    """What is missing or wrong in the input of a case."""

    NONE = 0
    # the case is invalid
    PRINCIPAL_MISSING = 1
    SEX_MISSING = 2
    SEX_UNREADABLE = 3
    AGE_MISSING = 4
    AGE_UNREADABLE = 5
    AGE_OUT_OF_RANGE = 6
    # the principal diagnosis leads nowhere
    UNKNOWN_PRINCIPAL = 10
    GRAY_PRINCIPAL = 11
    PRINCIPAL_IN_NO_MDC = 12
    # a number that was there could not be read, and counts as missing
    AGE_DAYS_UNREADABLE = 20
    WEIGHT_UNREADABLE = 21
    LOS_UNREADABLE = 22
    DISCHARGE_UNREADABLE = 23
    ICU_HOURS_UNREADABLE = 24
    # a number is missing that a rule on the way asked for
    AGE_DAYS_MISSING = 30
    WEIGHT_MISSING = 31
    LOS_MISSING = 32
    DISCHARGE_MISSING = 33
    ICU_HOURS_MISSING = 34
    DEPARTMENT_MISSING = 35
    # a code that is in no catalogue, and so in no set of the scheme
    UNKNOWN_MAIN_PROCEDURE = 36
    # a weight is there, but not the one that a rule asks for
    ADMISSION_WEIGHT_MISSING = 37
    # nothing is missing, but no group takes the case
    MDC_CONDITION = 40
    NO_ADRG = 41
    NO_DRG = 42
    # a number stood in for another
    BIRTH_WEIGHT_TAKEN = 45
    # a further code that is in no catalogue
    UNKNOWN_OTHER_DIAGNOSIS = 50
    UNKNOWN_OTHER_PROCEDURE = 51
    # an empty place between codes
    GAP_IN_CODES = 60

    @property
    def name_in_results(self) -> str:
        """How the reason stands in a result: `unknown_principal`; empty for none."""
        return "" if self is Reason.NONE else self.name.lower()

    @property
    def invalidates(self) -> bool:
        """Whether a case with this reason cannot be grouped at all."""
        return Reason.NONE < self <= Reason.AGE_OUT_OF_RANGE

    def text(self, lang: str = "zh") -> str:
        """One sentence, Chinese (`zh`) or English (`en`)."""
        return TEXTS[self][lang != "zh"]


MISSING: dict[Variable, Reason] = {
    Variable.AGE_DAYS: Reason.AGE_DAYS_MISSING,
    Variable.WEIGHT: Reason.WEIGHT_MISSING,
    Variable.LOS: Reason.LOS_MISSING,
    Variable.DISCHARGE: Reason.DISCHARGE_MISSING,
    Variable.ICU_HOURS: Reason.ICU_HOURS_MISSING,
    Variable.DEPARTMENT: Reason.DEPARTMENT_MISSING,
}

TEXTS: dict[Reason, tuple[str, str]] = {
    Reason.NONE: ("", ""),
    Reason.PRINCIPAL_MISSING: ("缺主要诊断", "the principal diagnosis is missing"),
    Reason.SEX_MISSING: ("缺性别", "sex is missing"),
    Reason.SEX_UNREADABLE: ("性别不是 1(男)或 2(女)", "sex is neither 1 (male) nor 2 (female)"),
    Reason.AGE_MISSING: ("缺年龄", "age is missing"),
    Reason.AGE_UNREADABLE: ("年龄不是整岁数", "age is not a whole number of years"),
    Reason.AGE_OUT_OF_RANGE: ("年龄为负或超过 150 岁", "age is negative or above 150 years"),
    Reason.UNKNOWN_PRINCIPAL: (
        "主要诊断编码不在医保版目录中",
        "the principal diagnosis is in no insurance-edition catalogue",
    ),
    Reason.GRAY_PRINCIPAL: (
        "主要诊断是灰码（已停用），应改用同类目下在用的编码",
        "the principal diagnosis is a gray (retired) code; a code in use of its category takes its place",
    ),
    Reason.PRINCIPAL_IN_NO_MDC: ("主要诊断不在任何 MDC 的诊断表中", "no MDC lists the principal diagnosis"),
    Reason.MDC_CONDITION: (
        "主要诊断所属 MDC 的其他条件(性别、年龄、伤处等)不满足",
        "the MDC that lists the principal diagnosis asks for more (sex, age, further injuries …)",
    ),
    Reason.NO_ADRG: ("已进入 MDC，但没有符合的 ADRG", "an MDC takes the case, but none of its ADRGs"),
    Reason.NO_DRG: ("已进入 ADRG，但没有符合的细分组", "an ADRG takes the case, but none of its DRGs"),
    Reason.AGE_DAYS_UNREADABLE: ("日龄无法识别，按缺失处理", "age in days cannot be read; taken as missing"),
    Reason.WEIGHT_UNREADABLE: ("体重无法识别，按缺失处理", "weight cannot be read; taken as missing"),
    Reason.LOS_UNREADABLE: (
        "住院天数无法识别，按缺失处理",
        "length of stay cannot be read; taken as missing",
    ),
    Reason.DISCHARGE_UNREADABLE: (
        "离院方式无法识别，按缺失处理",
        "discharge mode cannot be read; taken as missing",
    ),
    Reason.ICU_HOURS_UNREADABLE: (
        "重症监护时长无法识别，按缺失处理",
        "ICU hours cannot be read; taken as missing",
    ),
    Reason.AGE_DAYS_MISSING: ("缺日龄，而分组规则用到日龄", "a rule asks for age in days, which is missing"),
    Reason.WEIGHT_MISSING: (
        "缺新生儿体重，而分组规则用到体重",
        "a rule asks for the weight, which is missing",
    ),
    Reason.ADMISSION_WEIGHT_MISSING: (
        "分组规则用到入院体重，而病例只有出生体重；非出生当日入院，出生体重不能代替",
        "a rule asks for the weight at admission, and only the weight at birth is there; it stands in for it"
        " on the day of birth alone",
    ),
    Reason.BIRTH_WEIGHT_TAKEN: (
        "缺入院体重；出生当日入院，以出生体重代替",
        "the weight at admission is missing; that at birth was taken, for the stay began on that day",
    ),
    Reason.LOS_MISSING: (
        "缺住院天数，而分组规则用到它",
        "a rule asks for the length of stay, which is missing",
    ),
    Reason.DISCHARGE_MISSING: (
        "缺离院方式，而分组规则用到它",
        "a rule asks for the discharge mode, which is missing",
    ),
    Reason.ICU_HOURS_MISSING: (
        "缺重症监护时长，而分组规则用到它",
        "a rule asks for ICU hours, which are missing",
    ),
    Reason.DEPARTMENT_MISSING: (
        "缺出院科室，而分组规则用到它",
        "a rule asks for the department, which is missing",
    ),
    Reason.UNKNOWN_MAIN_PROCEDURE: (
        "主要手术操作编码不在医保版目录中",
        "the main procedure is in no insurance-edition catalogue",
    ),
    Reason.UNKNOWN_OTHER_DIAGNOSIS: (
        "有其他诊断编码不在医保版目录中",
        "another diagnosis is in no insurance-edition catalogue",
    ),
    Reason.UNKNOWN_OTHER_PROCEDURE: (
        "有其他手术操作编码不在医保版目录中",
        "another procedure is in no insurance-edition catalogue",
    ),
    Reason.GAP_IN_CODES: ("编码之间有空位，已跳过", "an empty place between codes was passed over"),
}


UNGROUPED_CODE, UNGROUPED_ADRG = "0000", "00"


class Status(IntEnum):
    """What became of a case."""

    GROUPED = 0
    AMBIGUOUS = 1  # 歧义组: an operation unrelated to the principal diagnosis
    UNGROUPED = 2  # readable, but no group takes it
    INVALID = 3  # an input without which no case can be grouped is missing or unreadable


class CaseSeverity(IntEnum):
    """The worst complication or comorbidity that is not excluded."""

    NONE = 0
    CC = 1
    MCC = 2


@dataclass(frozen=True, slots=True)
class Case:
    """A case whose inputs have been read.

    diagnoses, procedures
        Codes, principal and main first; `""` in first place when that one is missing.
    numbers
        What is known of the variables; one that is missing is not a key.
    problem
        What was wrong with an input as it was read.
    """

    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...] = ()
    numbers: Mapping[Variable, float | str] = field(default_factory=dict)
    problem: Reason = Reason.NONE

    def codes(self, role: Role) -> tuple[str, ...]:
        """The codes that stand in `role`."""
        listed = self.diagnoses if role.is_diagnosis else self.procedures
        if role in (Role.PRINCIPAL_DIAGNOSIS, Role.MAIN_PROCEDURE):
            return listed[:1]
        return listed[1:]


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a case belongs. `mdc`, `adrg`, `drg` are `0000`, `00`, `0000` when it has no group."""

    mdc: str = UNGROUPED_CODE
    adrg: str = UNGROUPED_ADRG
    drg: str = UNGROUPED_CODE
    severity: CaseSeverity = CaseSeverity.NONE
    status: Status = Status.UNGROUPED
    reason: Reason = Reason.NONE
