"""The readable twin of evaluation: one row at a time, None for what is not known."""

from __future__ import annotations

import math
import operator as op
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from . import nodes as n

_SIGNS = {"=": op.eq, "!=": op.ne, "<": op.lt, "<=": op.le, ">": op.gt, ">=": op.ge}
Row = Mapping[str, Any]  # column -> number, text, days since 1970, bool, or list of codes; None: not known


def holds(test: n.Test, row: Row) -> bool | None:
    """Whether a test holds in a row; None where that is not known."""
    match test:
        case n.Truth(value):
            return value
        case n.Flag(name):
            flag = row.get(name.column)
            return None if _lost(flag) else bool(flag)
        case n.Known(name):
            found = row.get(name.column)
            if name.kind == "codes":
                return name.blank_is_none or bool(found)
            if name.kind == "band":
                return found in name.values
            return not _lost(found)
        case n.Not(inner):
            held = holds(inner, row)
            return None if held is None else not held
        case n.And(tests):
            return _and([holds(each, row) for each in tests])
        case n.Or(tests):
            negated = _and([None if held is None else not held for held in (holds(t, row) for t in tests)])
            return None if negated is None else not negated
        case n.Compared(values, signs):
            return _compared(values, signs, row)
        case n.NumberIn(value, intervals):
            number = value_of(value, row)
            return None if number is None else any(_inside(number, each) for each in intervals)
        case n.TextIn(name):
            text = row.get(name.column)
            if _lost(text):
                return None
            return any(str(text).startswith(w[:-1]) if w.endswith("*") else text == w for w in test.all_words)
        case n.CodesIn():
            return _codes_in(test, row)


def value_of(value: n.Value, row: Row) -> Any:
    """The value of an expression in a row; None where it is not known."""
    match value:
        case n.Number(number):
            return number
        case n.Text(text):
            return text
        case n.Day(days):
            return days
        case n.Name():
            found = row.get(value.column)
            if value.kind == "band":
                return value.values.index(found) if found in value.values else None
            return None if _lost(found) else found
        case n.Arithmetic(sign, left, right):
            first, second = value_of(left, row), value_of(right, row)
            if first is None or second is None or (sign == "/" and second == 0):
                return None
            if sign == "/":
                return first / second
            return {"+": first + second, "-": first - second, "*": first * second}[sign]
        case n.Call(function, arguments):
            values = [value_of(each, row) for each in arguments]
            if None in values:
                return None
            if function in ("year", "month"):
                return getattr(date(1970, 1, 1) + timedelta(days=math.floor(values[0])), function)
            calls: dict[str, Any] = {"min": min, "max": max, "floor": math.floor, "ceil": math.ceil}
            return calls[function](*values) if function != "abs" else abs(values[0])
        case n.Count(tests):
            held = [holds(each, row) for each in tests]
            return None if None in held else sum(map(bool, held))
        case n.Size(test):
            if holds(n.Known(test.value), row) is False:
                return None
            return sum(_in_words(code, test.all_words) for code in _asked(test, row) or ())


def _and(held: list[bool | None]) -> bool | None:
    if False in held:
        return False
    return None if None in held else True


def _compared(values: tuple[n.Value, ...], signs: tuple[n.Sign, ...], row: Row) -> bool | None:
    band = next((value for value in values if isinstance(value, n.Name) and value.kind == "band"), None)
    sides = [
        band.values.index(value.value) if band and isinstance(value, n.Text) else value_of(value, row)
        for value in values
    ]
    held: list[bool | None] = []
    for sign, first, second in zip(signs, sides, sides[1:], strict=False):
        if first is None or second is None:
            held.append(None)
        else:
            held.append(_SIGNS[sign](first, second))
    return _and(held)


def _codes_in(test: n.CodesIn, row: Row) -> bool | None:
    asked = _asked(test, row)
    if asked is None:
        return None
    inside = [_in_words(code, test.all_words) for code in asked]
    return (all(inside) and bool(inside)) if test.role == "all" else any(inside)


def _asked(test: n.CodesIn, row: Row) -> list[str] | None:
    """The codes of the role; None where they are not known."""
    codes = list(row.get(test.value.column) or ())
    if not codes and not test.value.blank_is_none:
        return None
    if test.role == "first":
        return None if codes and not codes[0] else codes[:1]
    return [code for code in (codes[1:] if test.role == "other" else codes) if code]


def _in_words(code: str, words: tuple[str, ...]) -> bool:
    for word in words:
        first, _, last = word.removesuffix("*").partition("-")
        if (first <= code[: len(first)] <= last) if last else code.startswith(first):
            return True
    return False


def _inside(number: float, each: n.Interval) -> bool:
    if each.low is not None and number < each.low:
        return False
    if each.high is None:
        return True
    return number < each.high if each.open_high else number <= each.high


def _lost(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))
