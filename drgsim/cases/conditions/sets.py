"""Sets a value may be in: intervals of numbers and dates, words with `*`, prefixes and ranges of codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from . import nodes as n
from .tokens import Item, Token

if TYPE_CHECKING:
    from .values import Values

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.*+]*")


def number_set(parser: Values, value: n.Value, dates: bool) -> n.NumberIn:
    """`in 0..17`, `in {1, 2, 5..9}`: an interval, or several in braces."""
    if parser.now.kind == "set":
        token = parser.take()
        intervals = [_interval(parser, item, dates) for item in token.items]
        if not intervals:
            parser.fail("a set is empty", token)
        return n.NumberIn(value, tuple(intervals), dates)
    start = parser.now.start
    if parser.now.kind not in ("number", "date") and not parser.at("-", "..", "..<"):
        parser.fail("an interval or a set should stand here", parser.now, do="such as 0..17 or {1, 2}")
    low = None if parser.at("..", "..<") else _end(parser, dates)
    if low is not None and not parser.at("..", "..<"):
        return n.NumberIn(value, (n.Interval(low, low),), dates)
    open_high = parser.take().text == "..<"
    more = parser.now.kind in ("number", "date") or parser.at("-")
    high = _end(parser, dates) if more else None
    return n.NumberIn(value, (_checked(parser, start, low, high, open_high),), dates)


def word_set(parser: Values, name: n.Name, role: Any) -> n.TextIn | n.CodesIn:
    """`in {a, b*}`, `in @list`, `in {I10, F20-F29, @list}`, or a single member."""
    token = parser.take()
    words: list[str] = []
    lists: list[tuple[str, tuple[str, ...]]] = []
    for item in _items(parser, token):
        if item.text.startswith("@") and not item.quoted:
            lists.append(_list(parser, item))
        else:
            words.append(_word(parser, name, item, role))
    if not words and not lists:
        parser.fail("a set is empty", token)
    kept = tuple(dict.fromkeys(words))
    if role is None:
        return n.TextIn(name, kept, tuple(lists))
    return n.CodesIn(name, role, kept, tuple(lists))


def _items(parser: Values, token: Token) -> tuple[Item, ...]:
    if token.kind == "set":
        return token.items
    if token.kind == "list":
        return (Item(f"@{token.text}", token.start, False),)
    if token.kind == "text":
        return (Item(token.text, token.start, True),)
    if token.kind not in ("word", "number"):
        parser.fail("a set should stand here", token, do="such as {a, b} or @list")
    stop = token.stop
    while parser.now.start == stop and (parser.now.kind in ("word", "number") or parser.at("-", "*", "+")):
        stop = parser.take().stop  # a code such as F20-F29 is several tokens without blanks
    return (Item(parser.text[token.start : stop], token.start, False),)


def _word(parser: Values, name: n.Name, item: Item, role: Any) -> str:
    if role is not None and item.quoted and "-" not in item.text:
        return item.text  # a text in a list of texts
    if role is not None:
        first, _, last = item.text.partition("-")
        if not _CODE.fullmatch(first) or (last and (not _CODE.fullmatch(last) or len(last) != len(first))):
            parser.fail(
                "not a code, a prefix of codes or a range of prefixes of one length",
                item.start,
                got=item.text,
                allowed="such as I10, I10.x00x002, F20-F29",
            )
        if last and last < first:
            parser.fail("a range runs backwards", item.start, got=item.text)
    elif name.values and item.text not in name.values and not item.text.endswith("*"):
        parser.no_such_value(name, item.text, item.start)
    return item.text


def _list(parser: Values, item: Item) -> tuple[str, tuple[str, ...]]:
    name = item.text[1:]
    if name not in parser.facts.lists:
        parser.fail("no such list", item.start, got=name, nearest=parser.facts.lists)
    return name, parser.facts.lists[name]


def _interval(parser: Values, item: Item, dates: bool) -> n.Interval:
    low, dots, high = item.text.partition("..")
    open_high = high.startswith("<")
    ends = [
        _written(parser, end, item, dates) if end else None
        for end in (low, high.removeprefix("<") if dots else low)
    ]
    if not any(end is not None for end in ends):
        parser.fail("an interval needs an end", item.start, got=item.text)
    return _checked(parser, item.start, ends[0], ends[1], open_high)


def _written(parser: Values, text: str, item: Item, dates: bool) -> float:
    if not (_DATE if dates else _NUMBER).fullmatch(text):
        kind = "date" if dates else "number"
        allowed = "such as 2026-07-01" if dates else "such as 3, 0..17, 66.."
        parser.fail(f"not a {kind} or an interval of them", item.start, got=item.text, allowed=allowed)
    return parser.day(text, item.start) if dates else parser.finite(text, item.start)


def _end(parser: Values, dates: bool) -> float:
    sign = -1 if parser.at("-") and parser.take() else 1
    token = parser.take()
    if token.kind != ("date" if dates else "number"):
        allowed = "a date such as 2026-07-01" if dates else "a number"
        parser.fail("not an end of an interval", token, allowed=allowed)
    return parser.day(token.text, token.start) if dates else sign * parser.finite(token.text, token.start)


def _checked(
    parser: Values, start: int, low: float | None, high: float | None, open_high: bool
) -> n.Interval:
    if low is None and high is None:
        parser.fail("an interval needs an end", start)
    if low is not None and high is not None and (high < low or (open_high and high == low)):
        parser.fail("an interval is empty: its lower end is above its upper", start)
    return n.Interval(low, high, open_high and high is not None)
