"""Amounts of rules: a number, an expression over facts, or a table by the values or bands of a fact."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...cases.case_errors import ConditionError
from ...cases.conditions import Condition, Expression, FactColumns, Facts

Floats = npt.NDArray[np.float64]
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same number for every stay."""

    value: float

    def of(self, columns: FactColumns) -> Floats:
        return np.broadcast_to(np.float64(self.value), (columns.rows,))

    @property
    def names(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class Worked:
    """Worked out of facts of the stay."""

    expression: Expression

    def of(self, columns: FactColumns) -> Floats:
        return self.expression.evaluate(columns)

    @property
    def names(self) -> frozenset[str]:
        return self.expression.names


@dataclass(frozen=True, slots=True)
class Table:
    """The first entry whose condition holds; NaN where none does. Built from values or bands of one fact."""

    entries: tuple[tuple[Condition, Any], ...]
    rest: Any = None

    def of(self, columns: FactColumns) -> Floats:
        result = np.full(columns.rows, np.nan) if self.rest is None else np.array(self.rest.of(columns))
        for condition, amount in reversed(self.entries):
            result = np.where(condition.holds(columns), amount.of(columns), result)
        return result

    @property
    def names(self) -> frozenset[str]:
        parts = [(condition.names, amount.names) for condition, amount in self.entries]
        own = frozenset(name for pair in parts for names in pair for name in names)
        return own | (frozenset() if self.rest is None else self.rest.names)


@dataclass(frozen=True, slots=True)
class Word:
    """The same text for every stay."""

    value: str

    def of(self, columns: FactColumns) -> npt.NDArray[np.object_]:
        result = np.empty(columns.rows, dtype=object)
        result[:] = self.value
        return result

    @property
    def names(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class WordTable:
    """The text of the first entry whose condition holds; None where none does."""

    entries: tuple[tuple[Condition, Any], ...]
    rest: Any = None

    def of(self, columns: FactColumns) -> npt.NDArray[np.object_]:
        result = np.full(columns.rows, None, dtype=object) if self.rest is None else self.rest.of(columns)
        for condition, word in reversed(self.entries):
            result = np.where(condition.holds(columns), word.of(columns), result)
        return result

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for condition, word in self.entries for name in condition.names | word.names)


Amount = Fixed | Worked | Table


class AmountError(ValueError):
    """What is wrong with a raw amount: message, what was got, the nearest name."""

    def __init__(
        self, message: str, got: Any, allowed: str | None = None, nearest: str | None = None
    ) -> None:
        super().__init__(message)
        self.got, self.allowed, self.nearest = got, allowed, nearest


def read_amount(raw: Any, facts: Facts, *, words: bool = False, depth: int = 0) -> Any:
    """An Amount, or a Word or WordTable when `words`. Raises AmountError, ConditionError.

    >>> facts = Facts.of([])
    >>> read_amount(0.5, facts)
    Fixed(value=0.5)
    """
    if depth > 8:
        raise AmountError("tables are nested too deeply", depth, "8 deep at most")
    if isinstance(raw, Mapping):
        return _table(raw, facts, words, depth)
    if words:
        if isinstance(raw, str) and raw.strip():
            return Word(raw.strip())
        raise AmountError("not a text", raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        if not abs(raw) <= 1e15:  # so of what is no number, and of integers beyond every float
            raise AmountError("not a sensible number", str(raw)[:40])
        return Fixed(float(raw))
    if isinstance(raw, str) and raw.strip():
        return Worked(Expression.parse(raw, facts))
    raise AmountError(
        "not an amount", raw if raw is None or isinstance(raw, bool | str) else type(raw).__name__
    )


def bounds_of(amount: Any) -> Iterator[float]:
    """The fixed numbers anywhere in an amount, for checking them against bounds."""
    if isinstance(amount, Fixed):
        yield amount.value
    elif isinstance(amount, Table):
        for _, each in amount.entries:
            yield from bounds_of(each)
        if amount.rest is not None:
            yield from bounds_of(amount.rest)


def _table(raw: Mapping[Any, Any], facts: Facts, words: bool, depth: int) -> Any:
    if len(raw) != 1:
        raise AmountError(
            "a table is one fact and what it may be", list(map(str, raw))[:6], "{fact: {value: …}}"
        )
    ((name, cells),) = raw.items()
    if not isinstance(name, str):
        raise AmountError("not a fact", str(name))
    kind: Any = WordTable if words else Table
    if isinstance(cells, list):
        return kind(*_bands(name, cells, facts, words, depth))
    if not isinstance(cells, Mapping) or not cells:
        raise AmountError("a table needs the values of its fact", name)
    entries, rest = [], None
    for value, cell in cells.items():
        inner = read_amount(cell, facts, words=words, depth=depth + 1)
        if value == OTHER:
            rest = inner
        else:
            entries.append((_is(name, value, facts), inner))
    return kind(tuple(entries), rest)


def _is(name: str, value: Any, facts: Facts) -> Condition:
    fact = facts.find(name.partition("[")[0].strip())
    if fact is None:
        raise ConditionError("no such fact", text=name, place=0, got=name, nearest=[*facts])
    if fact.kind == "number":
        return Condition.parse(f"{name} = {value}", facts)
    if fact.kind == "flag":
        return Condition.parse(f"{name} = {int(value) if isinstance(value, bool) else value}", facts)
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    quoted = text if text.startswith("@") else '"' + text.replace('"', "”") + '"'
    joint = "=" if fact.kind == "band" else "in"
    return Condition.parse(f"{name} {joint} {quoted}" if joint == "=" else f"{name} in {{{quoted}}}", facts)


def _bands(
    name: str, cells: list[Any], facts: Facts, words: bool, depth: int
) -> tuple[tuple[tuple[Condition, Any], ...], Any]:
    entries: list[tuple[Condition, Any]] = []
    rest, last = None, -math.inf
    for number, pair in enumerate(cells, start=1):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise AmountError("a band is a pair of upper bound and amount", pair)
        upper, cell = pair
        inner = read_amount(cell, facts, words=words, depth=depth + 1)
        if upper is None:
            if number != len(cells):
                raise AmountError("only the last band is open", pair)
            rest = inner
        else:
            if isinstance(upper, bool) or not isinstance(upper, int | float) or upper <= last:
                raise AmountError("upper bounds are numbers that rise", upper)
            last = float(upper)
            entries.append((Condition.parse(f"{name} <= {upper!r}", facts), inner))
    known = Condition.parse(f"{name} is known", facts)
    if rest is not None:
        entries.append((known, rest))
    return tuple(entries), None
