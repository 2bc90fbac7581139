"""A condition on rows, and an expression of numbers: parsed once, asked of any columns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from . import nodes as n
from . import readable
from .columns import FactColumns, Floats, Mask
from .evaluate import evaluate_test, evaluate_value
from .facts import Fact, Facts, as_facts
from .parse import parse_test, parse_value
from .printing import print_test, print_value
from .words import words_of_test, words_of_value


class Held(NamedTuple):
    """Where a condition holds, and where that is not known; rows in neither are those where it does not."""

    holds: Mask
    unknown: Mask


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in the one condition language (`docs/conditions.md`).

    >>> facts = Facts.of([Fact("los", "number", "住院天数", "length of stay", "days"),
    ...                   Fact("drg", "text", "病组", "group")])
    >>> condition = Condition.parse("los > 60 & drg in {RU14, IU*}", facts)
    >>> str(condition), sorted(condition.names)
    ('los > 60 and drg in {RU14, IU*}', ['drg', 'los'])
    >>> held = condition.evaluate({"los": [70, 70, None], "drg": ["IU23", "RC13", "IU23"]})
    >>> held.holds.tolist(), held.unknown.tolist()
    ([True, False, False], [False, False, True])
    """

    test: n.Test
    facts: Facts

    @classmethod
    def parse(cls, text: str, facts: Facts | Mapping[str, Fact]) -> Condition:
        """The condition that `text` states over `facts`.

        Raises ConditionError (`place` is the character it points at).
        """
        known = as_facts(facts)
        return cls(parse_test(text, known), known)

    @classmethod
    def always(cls) -> Condition:
        """The condition that holds in every row."""
        return cls(n.Truth(True), Facts({}))

    def evaluate(self, columns: Any) -> Held:
        """Where it holds and where that is not known, bool arrays [rows].

        `columns` is a DataFrame, a mapping of fact name to column, or FactColumns, which many conditions can
        share. A fact asked with a key is the column `name[key]`. A column that is not there is unknown.
        """
        asked = columns if isinstance(columns, FactColumns) else FactColumns(columns)
        holds, unknown = evaluate_test(self.test, asked)
        return Held(holds, np.zeros(len(holds), dtype=bool) if unknown is None else unknown)

    def holds(self, columns: Any) -> Mask:
        """Where it holds; where that is not known it does not fire."""
        asked = columns if isinstance(columns, FactColumns) else FactColumns(columns)
        return evaluate_test(self.test, asked)[0]

    def holds_in(self, row: Mapping[str, Any]) -> bool | None:
        """Whether it holds in one row (fact → value; codes as a list), None where that is not known.

        The readable twin of `evaluate`. Dates are days since 1970.
        """
        return readable.holds(self.test, row)

    @property
    def names(self) -> frozenset[str]:
        """The columns it asks for: names of facts, `name[key]` where there is a key."""
        return frozenset(name.column for name in _names(self.test))

    @property
    def fact_names(self) -> frozenset[str]:
        """The facts it asks for, without keys."""
        return frozenset(name.name for name in _names(self.test))

    @property
    def is_always(self) -> bool:
        return self.test == n.Truth(True)

    def parts(self) -> tuple[Condition, ...]:
        """What its outermost `and` joins; itself when there is none."""
        tests = self.test.tests if isinstance(self.test, n.And) else (self.test,)
        return tuple(Condition(test, self.facts) for test in tests)

    def intervals(self) -> dict[str, tuple[float, float]] | None:
        """Closed interval by fact when it is nothing but bounds on numbers joined by `and`; else None.

        For kernels that know intervals only. An open end is the next number inside.
        """
        return _intervals(self.test)

    def in_words(self, language: Literal["zh", "en"] = "zh") -> str:
        """The condition for people, by the labels of its facts."""
        return words_of_test(self.test, self.facts, language)

    def __str__(self) -> str:
        return print_test(self.test)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and self.test == other.test

    def __hash__(self) -> int:
        return hash(self.test)


@dataclass(frozen=True, slots=True)
class Expression:
    """A number worked out of facts, in the same language: `24 * los + 24`, `min(total_cost, 3 * standard)`.

    >>> facts = Facts.of([Fact("los", "number", "住院天数", "length of stay", "days")])
    >>> Expression.parse("24*los + 24", facts).evaluate({"los": [1, None]}).tolist()
    [48.0, nan]
    """

    value: n.Value
    facts: Facts

    @classmethod
    def parse(cls, text: str, facts: Facts | Mapping[str, Fact]) -> Expression:
        """Raises ConditionError (`place` is the character it points at)."""
        known = as_facts(facts)
        return cls(parse_value(text, known), known)

    def evaluate(self, columns: Any) -> Floats:
        """float64 [rows], NaN where it is not known; dates as days since 1970."""
        asked = columns if isinstance(columns, FactColumns) else FactColumns(columns)
        numbers, unknown = evaluate_value(self.value, asked)
        return numbers if unknown is None else np.where(unknown, np.nan, numbers)

    def value_in(self, row: Mapping[str, Any]) -> Any:
        """Its value in one row, None where that is not known."""
        return readable.value_of(self.value, row)

    @property
    def names(self) -> frozenset[str]:
        """The columns it asks for."""
        return frozenset(name.column for name in _names(self.value))

    def in_words(self, language: Literal["zh", "en"] = "zh") -> str:
        """The expression for people."""
        return words_of_value(self.value, self.facts, language)

    def __str__(self) -> str:
        return print_value(self.value)


def _names(node: Any) -> Iterator[n.Name]:
    if isinstance(node, n.Name):
        yield node
    elif isinstance(node, tuple):
        for each in node:
            yield from _names(each)
    elif is_dataclass(node):
        for field in fields(node):
            yield from _names(getattr(node, field.name))


def _intervals(test: n.Test) -> dict[str, tuple[float, float]] | None:
    tests = test.tests if isinstance(test, n.And) else (test,)
    found: dict[str, tuple[float, float]] = {}
    for each in tests:
        bounds = _bounds(each)
        if bounds is None:
            return None
        for name, low, high in bounds:
            first, last = found.get(name, (-math.inf, math.inf))
            found[name] = max(first, low), min(last, high)
    return found


def _bounds(test: n.Test) -> list[tuple[str, float, float]] | None:
    """(fact, low, high) for each bound a test sets; None when it is something else."""
    match test:
        case n.Truth(True):
            return []
        case n.Flag(name):
            return [(name.column, 1.0, 1.0)]
        case n.Not(n.Flag(name)):
            return [(name.column, 0.0, 0.0)]
        case n.NumberIn(n.Name() as name, (interval,)):
            low = -math.inf if interval.low is None else interval.low
            high = math.inf if interval.high is None else interval.high
            return [(name.column, low, math.nextafter(high, -math.inf) if interval.open_high else high)]
        case n.Compared(values, signs):
            found: list[tuple[str, float, float]] = []
            for sign, left, right in zip(signs, values, values[1:], strict=False):
                bound = _bound(sign, left, right)
                if bound is None:
                    return None
                found.append(bound)
            return found
    return None


_TURNED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _bound(sign: str, left: n.Value, right: n.Value) -> tuple[str, float, float] | None:
    if sign == "!=":
        return None
    if isinstance(left, n.Number | n.Day):
        left, right, sign = right, left, _TURNED[sign]
    if not isinstance(left, n.Name) or not isinstance(right, n.Number | n.Day):
        return None
    number = float(right.value if isinstance(right, n.Number) else right.days)
    low = number if sign in ("=", ">=") else math.nextafter(number, math.inf) if sign == ">" else -math.inf
    high = number if sign in ("=", "<=") else math.nextafter(number, -math.inf) if sign == "<" else math.inf
    return left.column, low, high
