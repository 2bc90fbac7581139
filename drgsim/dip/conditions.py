"""Conditions of an entry or an auxiliary class, in the one condition language; all of them must hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..cases.conditions import Condition, Fact, Facts
from ..cases.conditions.nodes import And
from ..cases.conditions.printing import print_test

CODE_FACTS = ("diagnoses", "procedures")
"""Columns of codes that a condition which is not an interval may ask for."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class _AnyNumber(Facts):
    def find(self, word: str) -> Fact | None:
        if word in self.facts:
            return self.facts[word]
        return Fact(word, "number", word, word) if _NAME.fullmatch(word) else None


_FACTS = _AnyNumber(
    {
        "diagnoses": Fact("diagnoses", "codes", "诊断", "diagnoses"),
        "procedures": Fact("procedures", "codes", "手术操作", "procedures", blank_is_none=True),
    }
)


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """The conditions of a cell; ConditionError points at the character that cannot be read.

    >>> [str(condition) for condition in parse_conditions("age_days<29; birth_weight=..1499")]
    ['age_days < 29', 'birth_weight in ..1499']
    """
    return Condition.parse(text, _FACTS).parts() if text.strip() else ()


def print_conditions(conditions: Iterable[Condition]) -> str:
    """The text that parses to `conditions`."""
    tests = tuple(condition.test for condition in conditions)
    return print_test(And(tests)) if len(tests) > 1 else "".join(map(print_test, tests))


def interval(condition: Condition) -> tuple[str, float, float] | None:
    """Fact, lowest and highest number of a condition that is nothing but an interval of one; else None.

    >>> interval(parse_conditions("age=1..6")[0])
    ('age', 1.0, 6.0)
    >>> interval(parse_conditions("age<1 or age>=65")[0])
    """
    bounds = condition.intervals()
    if bounds is None or len(bounds) != 1:
        return None
    ((fact, (low, high)),) = bounds.items()
    return fact, low, high
