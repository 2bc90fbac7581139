"""The text of a condition as tokens, each with its place, and where a reader is among them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NoReturn

from ..case_errors import ConditionError
from .facts import Facts

LONGEST = 20_000  # characters; a condition beyond this is not one that somebody wrote
_SPELLINGS = {
    "==": "=", "＝": "=", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">=", "＜": "<", "＞": ">",
    "（": "(", "）": ")", "，": ",", "、": ",", "｛": "{", "｝": "}", "［": "[", "］": "]",
    "×": "*", "÷": "/",
    "&&": "and", "&": "and", ";": "and", "；": "and", "||": "or", "|": "or", "!": "not",
    "并且": "and", "且": "and", "或者": "or", "或": "or",
}  # fmt: skip
KEYWORDS = frozenset({"and", "or", "not", "in", "is", "known", "unknown", "true", "false"})
_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<date>\d{4}-\d{1,2}-\d{1,2}(?!\d))
  | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<quoted>"[^"]*"|'[^']*'|“[^”]*”|‘[^’]*’)
  | (?P<list>@[\w.\-]+)
  | (?P<sign>\.\.<?|<=|>=|!=|==|<>|&&|\|\||[<>=≤≥≠＜＞＝+\-*/()（）,，、\[\]［］{}｛｝&;；|!×÷])
  | (?P<joint>并且|且|或者|或)
  | (?P<word>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
    """,
    re.VERBOSE,
)
_ITEM = re.compile(r"""[\s,，、;；]*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|“(?P<chinese>[^”]*)”
                       |(?P<end>[}｝])|(?P<bare>[^\s,，、;；{}｛｝"'“”]+))""", re.VERBOSE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One member of a set in braces, as it is written."""

    text: str
    start: int
    quoted: bool


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is number, date, text, list, word, set, key, keyword, sign or end; `text` its one spelling."""

    kind: str
    text: str
    start: int
    stop: int
    items: tuple[Item, ...] = ()


def tokens(text: str) -> list[Token]:
    """The tokens of `text`, the last of kind `end`. Raises ConditionError at the character that fits none."""
    if len(text) > LONGEST:
        raise error("a condition is too long", text[:40], 0, got=f"{len(text)} characters", allowed=LONGEST)
    found: list[Token] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise error("this character has no meaning in a condition", text, place, got=text[place])
        kind, raw, place = str(match.lastgroup), match.group(), match.end()
        if kind == "space":
            continue
        token = _token(kind, raw, match.start(), match.end())
        if token.text == "{" and token.kind == "sign":
            items, place = _items(text, place)
            token = Token("set", text[match.start() : place], match.start(), place, items)
        if token.text == "[" and token.kind == "sign":
            place = _closing(text, match.start())
            token = Token("key", text[match.end() : place - 1].strip(), match.start(), place)
        if kind == "number":
            _no_unit(text, match)
        found.append(token)
    found.append(Token("end", "the end", len(text), len(text)))
    return found


def error(message: str, text: str, place: int, **parts: Any) -> ConditionError:
    """A ConditionError that points at a character of `text`."""
    return ConditionError(message, text=text, place=place, **parts)


def _token(kind: str, raw: str, start: int, stop: int) -> Token:
    if kind == "quoted":
        return Token("text", raw[1:-1], start, stop)
    if kind == "list":
        return Token("list", raw[1:], start, stop)
    spelt = _SPELLINGS.get(raw, raw)
    if spelt.lower() in KEYWORDS and kind in ("word", "sign", "joint"):
        return Token("keyword", spelt.lower(), start, stop)
    return Token(kind, spelt, start, stop)


def _items(text: str, place: int) -> tuple[tuple[Item, ...], int]:
    """The members of a set and where it ends; `place` is behind its opening brace."""
    opening = place - 1
    items: list[Item] = []
    while True:
        match = _ITEM.match(text, place)
        if match is None:
            raise error("a set in braces is not closed", text, opening, do="end it with }")
        place = match.end()
        kind = str(match.lastgroup)
        if kind == "end":
            return tuple(items), place
        items.append(Item(match[kind], match.start(kind), kind != "bare"))


def _closing(text: str, opening: int) -> int:
    """Where the square bracket opened at `opening` ends; what stands inside is read by the fact."""
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] in "[［") - (text[place] in "]］")
        if depth == 0:
            return place + 1
    raise error("']' is missing after a key", text, opening, got="[")


def _no_unit(text: str, match: re.Match[str]) -> None:
    rest = text[match.end() :]
    if rest[:1] in ("%", "％"):
        share = float(match.group()) / 100
        raise error(
            "shares are written as numbers",
            text,
            match.start(),
            got=match.group() + "%",
            do=f"write {share:g}",
        )
    unit = re.match(r"(?!且|并且|或)[^\W\d]+", rest)
    if unit:
        raise error(
            "a number carries no unit; each fact has its own",
            text,
            match.start(),
            got=match.group() + unit.group(),
            do="write the number alone, in the unit of the fact; a code or text in braces or quotes",
        )


DEEPEST = 60  # nested brackets and nots


class Cursor:
    """The tokens of a text, one after another."""

    def __init__(self, text: str, facts: Facts) -> None:
        self.text = text
        self.facts = facts
        self.tokens = tokens(text)
        self.place = 0
        self.depth = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        token = self.now
        self.place += token.kind != "end"
        return token

    def at(self, *texts: str) -> bool:
        return self.now.kind in ("sign", "keyword") and self.now.text in texts

    def expect(self, text: str, after: str) -> None:
        if not self.at(text):
            self.fail(f"{text!r} is missing {after}", self.now)
        self.take()

    def fail(self, message: str, token: Token | int, **parts: Any) -> NoReturn:
        start = token if isinstance(token, int) else token.start
        if isinstance(token, Token):
            parts.setdefault("got", token.text)
        raise error(message, self.text, start, **parts)

    def end(self) -> None:
        if self.now.kind != "end":
            self.fail("the condition should end here, or go on with and, or", self.now)

    def token_at(self, start: int) -> Token:
        return next(token for token in self.tokens if token.start >= start)


class Deeper:
    """One bracket deeper, for as long as it lasts."""

    def __init__(self, parser: Cursor) -> None:
        self.parser = parser

    def __enter__(self) -> None:
        self.parser.depth += 1
        if self.parser.depth > DEEPEST:
            self.parser.fail("brackets are nested too deeply", self.parser.now, allowed=f"{DEEPEST} at most")

    def __exit__(self, *_: object) -> None:
        self.parser.depth -= 1
