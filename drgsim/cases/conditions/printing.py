"""A condition as text: the one spelling that parses back to it."""

from __future__ import annotations

from datetime import date, timedelta

from . import nodes as n

_RANK = {"or": 1, "and": 2, "not": 3, "test": 4}


def print_test(test: n.Test, inside: int = 0) -> str:
    """The text of a test; in brackets where it stands inside something that binds closer."""
    match test:
        case n.Or(tests):
            return _bracketed(
                " or ".join(print_test(each, _RANK["or"]) for each in tests), inside >= _RANK["or"]
            )
        case n.And(tests):
            text = " and ".join(print_test(each, _RANK["and"]) for each in tests)
            return _bracketed(text, inside >= _RANK["and"])
        case n.Not(inner):
            return _negated(inner, inside)
        case n.Truth(truth):
            return "true" if truth else "false"
        case n.Flag(name):
            return name.column
        case n.Known(name):
            return f"{name.column} is known"
        case n.Compared(values, signs):
            parts = [print_value(values[0], 1)]
            for sign, value in zip(signs, values[1:], strict=True):
                parts += [sign, print_value(value, 1)]
            return " ".join(parts)
        case n.NumberIn() | n.TextIn() | n.CodesIn():
            return _member(test, "in")


def print_value(value: n.Value, inside: int = 0) -> str:
    """The text of a value."""
    match value:
        case n.Number(number):
            return print_number(number)
        case n.Text(text):
            return _quoted(text)
        case n.Day(days):
            return print_day(days)
        case n.Name():
            return value.column
        case n.Arithmetic("-", n.Number(0.0), right) if not isinstance(right, n.Number):
            return _bracketed(f"-{print_value(right, 4)}", inside > 1)
        case n.Arithmetic(sign, left, right):
            rank = 2 if sign in "+-" else 3
            text = f"{print_value(left, rank)} {sign} {print_value(right, rank + 1)}"
            return _bracketed(text, inside > rank)
        case n.Call(function, arguments):
            return f"{function}({', '.join(print_value(each) for each in arguments)})"
        case n.Count(tests):
            return f"count({', '.join(print_test(each) for each in tests)})"
        case n.Size(test):
            return f"size({print_test(test)})"


def print_number(number: float) -> str:
    """The shortest text of a number."""
    return f"{number:.0f}" if number.is_integer() and abs(number) < 1e15 else repr(number)


def print_day(days: float) -> str:
    """A date as it is written."""
    return (date(1970, 1, 1) + timedelta(days=int(days))).isoformat()


def _negated(inner: n.Test, inside: int) -> str:
    if isinstance(inner, n.Known):
        return f"{inner.name.column} is unknown"
    if isinstance(inner, n.NumberIn | n.TextIn | n.CodesIn):
        return _member(inner, "not in")
    return f"not {print_test(inner, _RANK['not'])}"


def _member(test: n.NumberIn | n.TextIn | n.CodesIn, word: str) -> str:
    if isinstance(test, n.NumberIn):
        return f"{print_value(test.value, 1)} {word} {_intervals(test.intervals, test.dates)}"
    asked = test.value.column
    if isinstance(test, n.CodesIn) and test.role != "any":
        asked = f"{asked}.{test.role}"
    return f"{asked} {word} {_words(test)}"


def _intervals(intervals: tuple[n.Interval, ...], dates: bool) -> str:
    texts = [_interval(each, dates) for each in intervals]
    single = len(texts) == 1 and intervals[0].low != intervals[0].high
    return texts[0] if single else "{" + ", ".join(texts) + "}"


def _interval(each: n.Interval, dates: bool) -> str:
    end = print_day if dates else print_number
    low = "" if each.low is None else end(each.low)
    high = "" if each.high is None else end(each.high)
    if low == high:
        return low
    return f"{low}..{'<' if each.open_high else ''}{high}"


def _words(test: n.TextIn | n.CodesIn) -> str:
    items = [word if _plain(word) else _quoted(word) for word in test.words]
    items += [f"@{name}" for name, _ in test.lists]
    return items[0] if len(items) == 1 and items[0].startswith("@") else "{" + ", ".join(items) + "}"


def _plain(word: str) -> bool:
    return bool(word) and all(each.isalnum() or each in "_.-*+" for each in word)


def _quoted(text: str) -> str:
    if '"' not in text:
        return f'"{text}"'
    return f"'{text}'" if "'" not in text else f"“{text}”"


def _bracketed(text: str, needed: bool) -> str:
    return f"({text})" if needed else text
