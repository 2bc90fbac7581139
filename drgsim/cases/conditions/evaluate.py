"""Conditions over whole columns, in three values: true, and not known; what is neither is false.

`unknown and false` is false, `unknown or true` is true, `not unknown` is unknown.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from . import nodes as n
from .code_sets import in_set, in_words
from .columns import FactColumns, Floats, Mask, Missing

Held = tuple[Mask, Missing]  # true, unknown; never both
_COMPARE = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
_ARITHMETIC = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
_CALLS = {"abs": np.abs, "floor": np.floor, "ceil": np.ceil}


def evaluate_test(test: n.Test, columns: FactColumns) -> Held:
    """Rows in which a test is true, and rows in which that is not known (None for none)."""
    match test:
        case n.Truth(value):
            return np.full(columns.rows, value), None
        case n.Flag(name):
            return columns.flag(name)
        case n.Known(name):
            missing = _missing(name, columns)
            return np.ones(columns.rows, dtype=bool) if missing is None else ~missing, None
        case n.Compared():
            return _compared(test, columns)
        case n.NumberIn(value, intervals):
            numbers, missing = evaluate_value(value, columns)
            return _known_only(_inside(numbers, intervals), missing)
        case n.TextIn(name):
            return _text_in(test, columns)
        case n.CodesIn():
            return _codes_in(test, columns)
        case n.Not(inner):
            true, unknown = evaluate_test(inner, columns)
            return (~true, None) if unknown is None else (~(true | unknown), unknown)
        case n.And(tests):
            return _all([evaluate_test(each, columns) for each in tests])
        case n.Or(tests):
            return _any([evaluate_test(each, columns) for each in tests])


def evaluate_value(value: n.Value, columns: FactColumns) -> tuple[Floats, Missing]:
    """A number (dates as days since 1970, bands as ranks) in every row, and where it is not known."""
    match value:
        case n.Number(number):
            return np.broadcast_to(np.float64(number), (columns.rows,)), None
        case n.Day(days):
            return np.broadcast_to(np.float64(days), (columns.rows,)), None
        case n.Name():
            return columns.number(value)
        case n.Arithmetic(sign, left, right):
            first, missing = evaluate_value(left, columns)
            second, other = evaluate_value(right, columns)
            with np.errstate(all="ignore"):
                result = _ARITHMETIC[sign](first, second)
            lost = ~np.isfinite(result)  # a share of nothing is not known
            return result, _either(_either(missing, other), lost if lost.any() else None)
        case n.Call(function, arguments):
            return _call(function, [evaluate_value(each, columns) for each in arguments])
        case n.Count(tests):
            held = [evaluate_test(each, columns) for each in tests]
            total = np.zeros(columns.rows)
            for true, _ in held:
                total += true
            unknown = None
            for _, each in held:
                unknown = _either(unknown, each)
            return total, unknown
        case n.Size(test):
            codes = columns.codes(test.value)
            hit = _hits(test, columns)
            return in_set(codes, hit, test.role).counted
    raise AssertionError(value)


def _compared(test: n.Compared, columns: FactColumns) -> Held:
    band = next((value for value in test.values if isinstance(value, n.Name) and value.kind == "band"), None)
    if band is None and any(isinstance(value, n.Name) and value.kind == "text" for value in test.values):
        return _texts_compared(test, columns)
    sides = [_side(value, band, columns) for value in test.values]
    held = []
    for sign, (first, missing), (second, other) in zip(test.signs, sides, sides[1:], strict=False):
        held.append(_known_only(_COMPARE[sign](first, second), _either(missing, other)))
    return held[0] if len(held) == 1 else _all(held)


def _side(value: n.Value, band: n.Name | None, columns: FactColumns) -> tuple[Any, Missing]:
    """A constant stays one number, so that no column of it is made."""
    if isinstance(value, n.Text):
        return float(band.values.index(value.value)) if band else np.nan, None
    if isinstance(value, n.Number):
        return value.value, None
    if isinstance(value, n.Day):
        return float(value.days), None
    return evaluate_value(value, columns)


def _texts_compared(test: n.Compared, columns: FactColumns) -> Held:
    held = []
    for sign, left, right in zip(test.signs, test.values, test.values[1:], strict=False):
        if isinstance(left, n.Text):
            left, right = right, left
        if isinstance(left, n.Text) and isinstance(right, n.Text):
            same: Held = (np.full(columns.rows, left == right), None)
        elif isinstance(right, n.Text):
            assert isinstance(left, n.Name)
            same = in_words(columns.words(left), (right.value,), patterns=False)
        else:
            assert isinstance(left, n.Name)
            assert isinstance(right, n.Name)
            same = _same_texts(left, right, columns)
        held.append(same if sign == "=" else _known_only(~same[0], same[1]))
    return held[0] if len(held) == 1 else _all(held)


def _same_texts(left: n.Name, right: n.Name, columns: FactColumns) -> Held:
    first, second = columns.words(left), columns.words(right)
    places = {word: place for place, word in enumerate(first.words)}
    moved = np.array([*(places.get(word, -2) for word in second.words), -1])
    missing = (first.codes < 0) | (second.codes < 0)
    return _known_only(first.codes == moved[second.codes], missing if missing.any() else None)


def _text_in(test: n.TextIn, columns: FactColumns) -> Held:
    words = columns.words(test.value)
    return columns.kept(("in", test), lambda: in_words(words, test.all_words))


def _codes_in(test: n.CodesIn, columns: FactColumns) -> Held:
    return columns.kept(
        ("in", test), lambda: in_set(columns.codes(test.value), _hits(test, columns), test.role).held
    )


def _hits(test: n.CodesIn, columns: FactColumns) -> Mask:
    from .code_sets import hits

    key = ("hits", test.value.column, test.words, test.lists)
    codes = columns.codes(test.value)
    return columns.kept(key, lambda: hits(codes.words, test.all_words))


def _inside(numbers: Floats, intervals: tuple[n.Interval, ...]) -> Mask:
    result: Mask | None = None
    for each in intervals:
        if each.low == each.high:
            inside = numbers == each.low
        else:
            inside = np.ones(len(numbers), dtype=bool) if each.low is None else numbers >= each.low
            if each.high is not None:
                inside &= numbers < each.high if each.open_high else numbers <= each.high
        result = inside if result is None else result | inside
    assert result is not None
    return result


def _call(function: str, arguments: list[tuple[Floats, Missing]]) -> tuple[Floats, Missing]:
    unknown = None
    for _, missing in arguments:
        unknown = _either(unknown, missing)
    numbers = [each for each, _ in arguments]
    if function in _CALLS:
        return _CALLS[function](numbers[0]), unknown
    if function in ("min", "max"):
        pick = np.minimum if function == "min" else np.maximum
        result = numbers[0]
        for each in numbers[1:]:
            result = pick(result, each)
        return result, unknown
    with np.errstate(invalid="ignore"):
        days = np.where(np.isnan(numbers[0]), 0, np.floor(numbers[0])).astype("datetime64[D]")
    year = days.astype("datetime64[Y]").astype(np.int64) + 1970
    month = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    found = np.asarray(year if function == "year" else month, dtype=np.float64)
    found[np.isnan(numbers[0])] = np.nan
    return found, unknown


def _missing(name: n.Name, columns: FactColumns) -> Missing:
    if name.kind == "codes":
        return columns.codes(name).missing
    if name.kind == "flag":
        return columns.flag(name)[1]
    if name.kind == "text":
        missing: npt.NDArray[np.bool_] = columns.words(name).codes < 0
        return missing if missing.any() else None
    return columns.number(name)[1]


def _known_only(true: Mask, unknown: Missing) -> Held:
    return (true, None) if unknown is None else (true & ~unknown, unknown)


def _either(first: Missing, second: Missing) -> Missing:
    if first is None or second is None:
        return second if first is None else first
    return first | second


def _all(held: list[Held]) -> Held:
    true = held[0][0]
    for each, _ in held[1:]:
        true = true & each
    if all(unknown is None for _, unknown in held):
        return true, None
    possible = np.ones(len(true), dtype=bool)
    for each, unknown in held:
        possible &= each if unknown is None else each | unknown
    return true, possible & ~true


def _any(held: list[Held]) -> Held:
    true = held[0][0]
    unknown = held[0][1]
    for each, lost in held[1:]:
        true = true | each
        unknown = _either(unknown, lost)
    return true, None if unknown is None else unknown & ~true
