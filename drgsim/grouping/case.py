"""One case as the rules see it, and the answer to it. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from ..schemes.rules.terms import Role, Variable
from .reasons import Reason

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
