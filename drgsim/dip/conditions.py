"""Conditions of an entry or an auxiliary class: intervals on facts of the case, all of which must hold.

    conditions = condition { ";" condition }
    condition  = fact ( "=" number | "=" [number] ".." [number] | "<" number | "<=" … | ">" … | ">=" … )

`age_days<29; birth_weight=1000..1499` is a newborn of less than 29 days who weighs 1,000 to 1,499 g;
both ends of `..` belong to the interval. A fact the case does not state fails every condition on it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from .errors import DipSyntaxError

_CONDITION = re.compile(r"([a-z_]+)\s*(<=|>=|=|<|>)\s*(\S+)")


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """`fact` lies between `low` and `high`; an open end leaves out its bound."""

    fact: str
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False

    def holds(self, value: float) -> bool:
        """Whether `value` lies inside; NaN never does."""
        low, high = self.closed
        return low <= value <= high

    @property
    def closed(self) -> tuple[float, float]:
        """The same interval with both ends inside: an open end moves to the next number."""
        low = math.nextafter(self.low, math.inf) if self.open_low else self.low
        high = math.nextafter(self.high, -math.inf) if self.open_high else self.high
        return low, high

    @property
    def empty(self) -> bool:
        low, high = self.closed
        return low > high

    def __str__(self) -> str:
        low, high = _number(self.low), _number(self.high)
        if self.low == self.high and not (self.open_low or self.open_high):
            return f"{self.fact}={low}"
        if self.low == -math.inf and self.high != math.inf:
            return f"{self.fact}{'<' if self.open_high else '<='}{high}"
        if self.high == math.inf:
            return f"{self.fact}{'>' if self.open_low else '>='}{low}"
        return f"{self.fact}={low}..{high}"


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """The conditions of a cell; DipSyntaxError names the one that cannot be read.

    >>> [str(condition) for condition in parse_conditions("age_days<29; birth_weight=..1499")]
    ['age_days<29', 'birth_weight<=1499']
    """
    return tuple(_condition(part.strip(), text) for part in text.split(";") if part.strip())


def print_conditions(conditions: Iterable[Condition]) -> str:
    """The text that parses to `conditions`."""
    return "; ".join(map(str, conditions))


def _condition(part: str, text: str) -> Condition:
    match = _CONDITION.fullmatch(part)
    if match:
        fact, sign, value = match.groups()
        low, dots, high = value.partition("..")
        try:
            if dots and sign == "=" and (low or high):
                return Condition(fact, float(low) if low else -math.inf, float(high) if high else math.inf)
            if not dots:
                number = float(value)
                if math.isfinite(number):
                    return _compared(fact, sign, number)
        except ValueError:
            pass
    raise DipSyntaxError(
        "a condition is a fact with a number or an interval",
        got=part,
        allowed="like age>=66, age_days<29, birth_weight=1000..1499; joined by ;",
        where=f"in {text!r}",
    )


def _compared(fact: str, sign: str, number: float) -> Condition:
    if sign == "=":
        return Condition(fact, number, number)
    if sign.startswith("<"):
        return Condition(fact, high=number, open_high=sign == "<")
    return Condition(fact, low=number, open_low=sign == ">")


def _number(value: float) -> str:
    return f"{value:.0f}" if math.isfinite(value) and value == int(value) else repr(value)
