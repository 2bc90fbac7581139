"""Cut the text of a rule into tokens. Full-width forms are taken as their ASCII twins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from ..scheme_errors import RuleSyntaxError

# full-width letters, digits and marks to their ASCII twins
_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("、"): ord(",")}
_ONE_SIGN = {"≤": "<=", "≦": "<=", "≥": ">=", "≧": ">=", "≠": "!=", "<>": "!=", "==": "="}

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<text>"(?:[^"]|"")*" | “[^”]*” | '[^']*' | ＂[^＂]*＂)
    | (?P<number>[-－+＋]?\d+(?:[.．]\d+)?(?!\w))
    | (?P<name>[^\W\d]\w*)
    | (?P<comparison>[<＜>＞!！][=＝] | <> | [=＝]{1,2} | [<＜>＞≤≥≦≧≠])
    | (?P<mark>[(){},&∩（）｛｝，、＆])
    """,
    re.VERBOSE,
)


class Kind(Enum):
    NAME = auto()
    NUMBER = auto()
    TEXT = auto()
    COMPARISON = auto()
    MARK = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """`value` is the normal form (ASCII, quotes taken off); `position` the index in the rule."""

    kind: Kind
    value: str
    position: int

    @property
    def upper(self) -> str:
        return self.value.upper() if self.kind is Kind.NAME else self.value


def tokens(text: str) -> list[Token]:
    """The tokens of a rule, an END last; RuleSyntaxError at a character that starts none."""
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, position)
        if match.lastgroup != "space":
            kind = Kind[str(match.lastgroup).upper()]
            found.append(Token(kind, _value(kind, match[0]), position))
        position = match.end()
    found.append(Token(Kind.END, "", len(text)))
    return found


def _value(kind: Kind, lexeme: str) -> str:
    if kind is Kind.TEXT:
        inner = lexeme[1:-1]
        return inner.replace('""', '"') if lexeme[0] == '"' else inner
    value = lexeme.translate(_ASCII)
    if kind is Kind.COMPARISON:
        return _ONE_SIGN.get(value, value)
    return "∩" if value == "&" else value


def _unreadable(text: str, position: int) -> RuleSyntaxError:
    character = text[position]
    if character in "\"“'＂":
        message, do = "a quoted text is not closed", "close it with the same kind of quote"
    elif character.isdigit():
        message, do = "this is neither a number nor a name", "a name begins with a letter"
    else:
        message, do = "a character that has no meaning in a rule", None
    return RuleSyntaxError(message, text=text, position=position, got=character, do=do)
