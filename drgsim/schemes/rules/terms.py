"""What a rule is made of. A rule is a tree of these frozen terms; parser, printer, compiler and the
readable grouper all work on them.

Names of code sets are resolved in the scheme that owns the rule, so a rule is meaningful only beside
its scheme's sets.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Role(StrEnum):
    """Where in the case a code stands. Values are the national spelling."""

    PRINCIPAL_DIAGNOSIS = "ZYZD"
    OTHER_DIAGNOSES = "QTZD"
    MAIN_PROCEDURE = "ZYSS"
    OTHER_PROCEDURES = "QTSS"

    @property
    def is_diagnosis(self) -> bool:
        return self in (Role.PRINCIPAL_DIAGNOSIS, Role.OTHER_DIAGNOSES)


class Variable(StrEnum):
    """A number (or, for the department, a name) of the case. The last four widen the national language."""

    AGE = "NL"  # years
    AGE_DAYS = "XSRTL"  # days, newborns
    WEIGHT = "XSRTZ"  # g; the scheme says whether at birth or at admission
    SEX = "XB"  # 1 male, 2 female
    LOS = "ZYTS"  # days
    DISCHARGE = "LYFS"  # discharge mode
    ICU_HOURS = "ZZXS"  # hours in intensive care
    DEPARTMENT = "CYKS"  # name of the department


class Severity(StrEnum):
    """Whether a secondary diagnosis that is not excluded is an MCC, or a CC."""

    MCC = "MCC"
    CC = "CC"


Comparison = Literal["<", "<=", ">", ">=", "=", "!="]


@dataclass(frozen=True, slots=True)
class Constant:
    """Always, or never."""

    value: bool


@dataclass(frozen=True, slots=True)
class Member:
    """Some code in one of the `roles` is in one of the `sets`; with `negated`, none is.

    A case with no code in the roles is in no set: the plain term fails, the negated one holds.
    All roles are of one kind, diagnoses or procedures.
    """

    roles: tuple[Role, ...]
    sets: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How much of `sets` the case's codes in `roles` touch, compared with `number`.

    One set: the number of different codes of the case in it. Several sets: the number of different
    sets that contain a code of the case.
    """

    roles: tuple[Role, ...]
    sets: tuple[str, ...]
    comparison: Comparison
    number: int


@dataclass(frozen=True, slots=True)
class Compare:
    """A variable of the case against a value. A missing variable makes every comparison false."""

    variable: Variable
    comparison: Comparison
    value: int | float | str  # str only for the department


@dataclass(frozen=True, slots=True)
class HasSeverity:
    """The case has an MCC (or CC) that is not excluded; with `negated`, it has none."""

    severity: Severity
    negated: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """Every term holds. Two terms or more, none of them an And."""

    terms: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Some term holds. Two terms or more, none of them an Or."""

    terms: tuple[Rule, ...]


# Every match over a Rule names each of its terms and has no case for the rest: mypy names the places that a
# new term has to be added to.
Rule = Constant | Member | Count | Compare | HasSeverity | And | Or

ALWAYS = Constant(True)
NEVER = Constant(False)
