"""Rules as branch programs: a list of tests, each with the next step when it holds and when it fails.

The grouping kernel runs them; the numbers below are known to both.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from .compile_words import Mask, SetTable
from .rules.terms import (
    And,
    Compare,
    Comparison,
    Constant,
    Count,
    HasSeverity,
    Member,
    Or,
    Role,
    Rule,
    Severity,
    Variable,
)
from .scheme_errors import PackError

HOLDS, FAILS = -1, -2  # where a program ends
MOST = 1 << 30  # codes of a case: no count comes near it


class Op(IntEnum):
    """What a step tests: the first column of a step."""

    DIAGNOSIS = 0  # a: set, b: places
    PROCEDURE = 1  # a: set, b: places
    COUNT = 2  # a: count, b: places, c: 1 for procedures
    COMPARE = 3  # a: variable, b: comparison, c: number
    SEVERITY = 4  # a: bit of the severity


FIRST, OTHERS = 1, 2  # places: bits of column b

PLACES = {
    Role.PRINCIPAL_DIAGNOSIS: FIRST,
    Role.MAIN_PROCEDURE: FIRST,
    Role.OTHER_DIAGNOSES: OTHERS,
    Role.OTHER_PROCEDURES: OTHERS,
}
COMPARISONS: dict[Comparison, int] = {"<": 0, "<=": 1, ">": 2, ">=": 3, "=": 4, "!=": 5}
VARIABLES: tuple[Variable, ...] = tuple(Variable)  # a variable's number is its place here
SEVERITY_BIT = {Severity.CC: 1, Severity.MCC: 2}

Step = tuple[int, int, int, int, int, int]  # test, a, b, c, next when it holds, next when it fails


class Programs:
    """Collects the programs of a scheme; equal tests with equal ways on are shared."""

    def __init__(self, diagnoses: SetTable, procedures: SetTable, departments: Mapping[str, int]) -> None:
        self._tables = {True: diagnoses, False: procedures}
        self._departments = departments
        self._steps: dict[Step, int] = {}
        self._sets: dict[bool, dict[tuple[str, ...], int]] = {True: {}, False: {}}
        self._counts: dict[tuple[bool, tuple[str, ...], int, int], int] = {}
        self._numbers: dict[float, int] = {}

    def add(self, rule: Rule, holds: int = HOLDS, fails: int = FAILS) -> int:
        """The step at which the program of `rule` begins; HOLDS or FAILS when nothing is to be tested."""
        match rule:
            case Constant(value):
                return holds if value else fails
            case And(terms):
                for term in reversed(terms):
                    holds = self.add(term, holds, fails)
                return holds
            case Or(terms):
                for term in reversed(terms):
                    fails = self.add(term, holds, fails)
                return fails
            case Member(_, _, negated) | HasSeverity(_, negated) if negated:
                holds, fails = fails, holds
        op, a, b, c = self._test(rule)
        return self._steps.setdefault((op, a, b, c, holds, fails), len(self._steps))

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """The programs as the kernel reads them. No array is empty."""
        counts: list[tuple[int, int, int, int]] = []
        counted: list[int] = []
        for diagnosis, names, comparison, number in self._counts:
            start = len(counted)
            counted += [self._set(diagnosis, (name,)) for name in names]
            counts.append((start, len(counted), comparison, number))
        return {
            "program": np.array([*self._steps] or [(0,) * 6], dtype=np.int32),
            "program_number": np.array([*self._numbers] or [0], dtype=np.float32),
            "program_count": np.array(counts or [(0,) * 4], dtype=np.int32),
            "program_counted": np.array(counted or [0], dtype=np.int32),
            "diagnosis_sets": self._bits(True),
            "procedure_sets": self._bits(False),
        }

    def _test(self, rule: Rule) -> tuple[int, int, int, int]:
        match rule:
            case Member(roles, names):
                diagnosis = roles[0].is_diagnosis
                op = Op.DIAGNOSIS if diagnosis else Op.PROCEDURE
                return op, self._set(diagnosis, names), places(roles), 0
            case Count(roles, names, comparison, number):
                diagnosis = roles[0].is_diagnosis
                for name in names:
                    self._set(diagnosis, (name,))
                key = diagnosis, names, COMPARISONS[comparison], min(max(number, -1), MOST)
                index = self._counts.setdefault(key, len(self._counts))
                return Op.COUNT, index, places(roles), int(not diagnosis)
            case Compare(variable, comparison):
                number_in_32_bits = float(np.float32(self._as_number(rule)))
                place = self._numbers.setdefault(number_in_32_bits, len(self._numbers))
                return Op.COMPARE, VARIABLES.index(variable), COMPARISONS[comparison], place
            case HasSeverity(severity):
                return Op.SEVERITY, SEVERITY_BIT[severity], 0, 0
            case Constant() | And() | Or():
                raise TypeError(rule)  # `add` takes them apart

    def _as_number(self, term: Compare) -> float:
        """The value compared with; a department by its number."""
        if isinstance(term.value, str) != (term.variable is Variable.DEPARTMENT):
            raise PackError(f"{term.variable.name} is compared with the wrong kind of value", got=term.value)
        if isinstance(term.value, str):
            if term.comparison not in ("=", "!="):
                raise PackError("departments have no order", got=term.comparison, allowed=("=", "!="))
            return self._departments[term.value]
        return term.value

    def _set(self, diagnosis: bool, names: tuple[str, ...]) -> int:
        return self._sets[diagnosis].setdefault(names, len(self._sets[diagnosis]))

    def _bits(self, diagnosis: bool) -> npt.NDArray[np.uint8]:
        """uint8 [sets, bytes]: bit id + SPECIAL of a row, lowest bit first, says the id is in the set."""
        table = self._tables[diagnosis]
        masks: list[Mask] = [table.mask(names) for names in self._sets[diagnosis]]
        return np.packbits(masks or [np.zeros(table.size, dtype=bool)], axis=1, bitorder="little")


def places(roles: tuple[Role, ...]) -> int:
    """The bits of the places where the roles look."""
    return sum({PLACES[role] for role in roles})
