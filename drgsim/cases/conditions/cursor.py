"""Where a reader of conditions is in the text, and how it says what is wrong there."""

from __future__ import annotations

from typing import Any, NoReturn

from .facts import Facts
from .tokens import Token, error, tokens

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
