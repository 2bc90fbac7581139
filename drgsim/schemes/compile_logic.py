"""Three-valued logic: what part of the knowledge about a case says of a rule.

The values are arrays, one element for each possible state of that knowledge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from .compile_words import Mask, SetTable
from .rules.terms import And, Compare, Constant, Count, HasSeverity, Member, Or, Role, Rule
from .rules.walk import leaves

FALSE, MAYBE, TRUE = 0, 1, 2
MANY = 1 << 30  # codes: no upper bound

Values = npt.NDArray[np.int8]
Bounds = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]

# What is known of the codes after the first, of one kind: that there are none (state 0), or which of
# the marks occur among them (state 1 + the marks, as bits). A mark is on codes worth a look.
MARKS = 3
NO_OTHERS, ANY_OTHERS = 0, 1 << MARKS
STATES = ANY_OTHERS + 1


@dataclass(frozen=True)
class Others:
    """The codes after the first, of one kind, in one of the states."""

    table: SetTable
    marks: npt.NDArray[np.uint8]  # by id + SPECIAL
    state: int

    def can_be_in(self, names: Sequence[str]) -> bool:
        """Whether one of these codes may be in one of the sets."""
        if self.state == NO_OTHERS:
            return False
        possible = (self.marks & ~np.uint8(self.state - 1)) == 0
        return bool(np.any(self.table.mask(names) & possible))


class Knowledge(Protocol):
    """What is known of a case."""

    @property
    def size(self) -> int:
        """How many states of knowledge there are."""

    @property
    def others(self) -> Mapping[bool, Others]:
        """The further codes, by whether they are diagnoses."""

    def first_in(self, diagnosis: bool, names: Sequence[str]) -> Values:
        """Whether the first code of that kind is in one of the sets."""

    def first_touches(self, diagnosis: bool, names: Sequence[str]) -> Bounds:
        """The fewest and the most of the sets that hold the first code of that kind."""

    def compares(self, term: Compare) -> Values:
        """Whether the comparison holds."""


def evaluate(rule: Rule, known: Knowledge) -> Values:
    """int8 [known.size]: FALSE, MAYBE or TRUE."""
    match rule:
        case And(terms):
            return np.minimum.reduce([evaluate(term, known) for term in terms])
        case Or(terms):
            return np.maximum.reduce([evaluate(term, known) for term in terms])
        case Constant(value):
            return constant(known.size, TRUE if value else FALSE)
        case Member(_, _, negated):
            values = _member(rule, known)
            return (TRUE - values).astype(np.int8) if negated else values
        case Count():
            return _compared(*_counted(rule, known), rule)
        case Compare():
            return known.compares(rule)
        case HasSeverity(_, negated):
            if known.others[True].state != NO_OTHERS:
                return constant(known.size, MAYBE)
            return constant(known.size, TRUE if negated else FALSE)


def constant(size: int, value: int) -> Values:
    return np.full(size, value, dtype=np.int8)


def sources(rule: Rule, others: Mapping[bool, Others]) -> set[str]:
    """What the truth of `rule` depends on when the further codes are in these states.

    `principal`, `main`, the names of variables, `others` and `severity`.
    """
    match rule:
        case And(terms) | Or(terms):
            return {source for term in terms for source in sources(term, others)}
        case Compare(variable):
            return {variable.name}
        case HasSeverity():
            return set() if others[True].state == NO_OTHERS else {"severity"}
        case Member(roles, names) | Count(roles, names):
            first, further = _roles(roles)
            diagnosis = roles[0].is_diagnosis
            found = {"principal" if diagnosis else "main"} if first else set()
            return found | ({"others"} if further and others[diagnosis].can_be_in(names) else set())
        case Constant():
            return set()


def _roles(roles: tuple[Role, ...]) -> tuple[bool, bool]:
    """Whether the first code counts, and whether the further ones do."""
    first = not {Role.PRINCIPAL_DIAGNOSIS, Role.MAIN_PROCEDURE}.isdisjoint(roles)
    return first, not {Role.OTHER_DIAGNOSES, Role.OTHER_PROCEDURES}.isdisjoint(roles)


def _member(rule: Member, known: Knowledge) -> Values:
    first, further = _roles(rule.roles)
    diagnosis = rule.roles[0].is_diagnosis
    values = known.first_in(diagnosis, rule.sets) if first else constant(known.size, FALSE)
    if further and known.others[diagnosis].can_be_in(rule.sets):
        values = np.maximum(values, np.int8(MAYBE))
    return values


def _counted(rule: Count, known: Knowledge) -> Bounds:
    first, further = _roles(rule.roles)
    diagnosis = rule.roles[0].is_diagnosis
    if first:
        low, high = known.first_touches(diagnosis, rule.sets)
    else:
        low = high = np.zeros(known.size, dtype=np.int64)
    if further and known.others[diagnosis].can_be_in(rule.sets):
        high = np.full(known.size, MANY if len(rule.sets) == 1 else len(rule.sets), dtype=np.int64)
    return low, high


# each says, from the bounds of a number, whether it surely compares so
_SURELY: dict[str, Callable[[npt.NDArray[np.int64], npt.NDArray[np.int64], int], Mask]] = {
    "<": lambda low, high, number: high < number,
    "<=": lambda low, high, number: high <= number,
    ">": lambda low, high, number: low > number,
    ">=": lambda low, high, number: low >= number,
    "=": lambda low, high, number: (low == number) & (high == number),
    "!=": lambda low, high, number: (low > number) | (high < number),
}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


def _compared(low: npt.NDArray[np.int64], high: npt.NDArray[np.int64], rule: Count) -> Values:
    surely = _SURELY[rule.comparison](low, high, rule.number)
    surely_not = _SURELY[_OPPOSITE[rule.comparison]](low, high, rule.number)
    return np.where(surely, TRUE, np.where(surely_not, FALSE, MAYBE)).astype(np.int8)


def further_signature(rule: Rule, others: Mapping[bool, Others]) -> tuple[bool, ...]:
    """All that the states of the further codes change in what is known of `rule`."""
    answers = (
        [others[True].state == NO_OTHERS] if any(isinstance(x, HasSeverity) for x in leaves(rule)) else []
    )
    for leaf in leaves(rule):
        if isinstance(leaf, Member | Count) and _roles(leaf.roles)[1]:
            answers.append(others[leaf.roles[0].is_diagnosis].can_be_in(leaf.sets))
    return tuple(answers)
