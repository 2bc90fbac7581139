"""Numbers, dates, texts and facts of a condition: what stands on the sides of its comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn, get_args

from . import nodes as n
from .facts import Fact, bare_label
from .tokens import Cursor, Deeper, Token

FUNCTIONS = {  # how many arguments, of which kind
    "min": (2, 9, "number"),
    "max": (2, 9, "number"),
    "abs": (1, 1, "number"),
    "floor": (1, 1, "number"),
    "ceil": (1, 1, "number"),
    "year": (1, 1, "date"),
    "month": (1, 1, "date"),
    "count": (1, 99, "test"),
    "size": (1, 1, "test"),
}


@dataclass(frozen=True, slots=True)
class CodesOf:
    """A fact of codes and the role asked for, before its set is read."""

    name: n.Name
    role: n.Role


@dataclass(frozen=True, slots=True)
class Bare:
    """A word that is no fact: perhaps a value of the text it is compared with."""

    token: Token


Part = Any  # a value or a test of `nodes`, a CodesOf or a Bare


def kind_of(value: Part) -> str:
    """number, text, band, date, flag, codes or test."""
    match value:
        case n.Number() | n.Count() | n.Size() | n.Call():
            return "number"
        case n.Text():
            return "text"
        case n.Day():
            return "date"
        case n.Name():
            return value.kind
        case n.Arithmetic():
            kinds = (kind_of(value.left), kind_of(value.right))
            return "date" if "date" in kinds and kinds != ("date", "date") else "number"
        case CodesOf():
            return "codes"
    return "test"


class Values(Cursor):
    """Reads values; a whole condition in brackets is read by who reads conditions."""

    def disjunction(self) -> Part:
        raise NotImplementedError

    def sum(self) -> Part:
        return self._arithmetic(("+", "-"), self.product)

    def product(self) -> Part:
        return self._arithmetic(("*", "/"), self.factor)

    def _arithmetic(self, signs: tuple[str, ...], part: Any) -> Part:
        start = self.now.start
        left = part()
        while self.now.kind == "sign" and self.now.text in signs:
            left = self.value_of(left, start)
            sign = self.take()
            right_start = self.now.start
            right = self.value_of(part(), right_start)
            kinds = (kind_of(left), kind_of(right))
            fits = kinds == ("number", "number") or (
                (sign.text == "-" and kinds in (("date", "date"), ("date", "number")))
                or (sign.text == "+" and kinds == ("date", "number"))
            )  # fmt: skip
            if not fits:
                self.fail(f"{kinds[0]} {sign.text} {kinds[1]} has no meaning", sign)
            left = n.Arithmetic(sign.text, left, right)
        return left

    def factor(self) -> Part:
        if self.at("-"):
            minus = self.take()
            with Deeper(self):
                start = self.now.start
                value = self.value_of(self.factor(), start)
            if kind_of(value) != "number":
                self.fail("only a number has a sign", minus)
            if isinstance(value, n.Number):
                return n.Number(-value.value)
            return n.Arithmetic("-", n.Number(0.0), value)
        if self.at("("):
            self.take()
            with Deeper(self):
                inner = self.disjunction()
            self.expect(")", "at the end of the bracket")
            return inner
        return self.atom(self.take())

    def atom(self, token: Token) -> Part:
        if token.kind == "number":
            return n.Number(self.finite(token.text, token.start))
        if token.kind == "date":
            return n.Day(self.day(token.text, token.start))
        if token.kind == "text":
            return n.Text(token.text)
        if token.kind == "keyword" and token.text in ("true", "false"):
            return n.Truth(token.text == "true")
        if token.kind != "word":
            self.fail("a fact, a number or a bracket should stand here", token)
        return self.call(token) if self.at("(") and token.text not in self.facts else self.fact(token)

    def call(self, token: Token) -> n.Value:
        if token.text not in FUNCTIONS:
            self.fail("no such function", token, nearest=FUNCTIONS, allowed=list(FUNCTIONS))
        fewest, most, kind = FUNCTIONS[token.text]
        self.take()
        parts: list[Any] = []
        with Deeper(self):
            while not parts or self.at(","):
                if parts:
                    self.take()
                start = self.now.start
                if kind == "test":
                    parts.append(self.test_of(self.disjunction(), start))
                else:
                    parts.append(self.value_of(self.sum(), start))
                    if kind_of(parts[-1]) != kind:
                        self.fail(f"{token.text} takes a {kind}", start, got=kind_of(parts[-1]))
        self.expect(")", f"at the end of {token.text}(…")
        if not fewest <= len(parts) <= most:
            counts = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            self.fail(f"{token.text} takes {counts} of them", token, got=len(parts))
        if token.text == "count":
            return n.Count(tuple(parts))
        if token.text == "size":
            if not isinstance(parts[0], n.CodesIn):
                self.fail("size counts codes in a set", token, do="such as size(procedures in {39.95})")
            return n.Size(parts[0])
        return n.Call(token.text, tuple(parts))

    def fact(self, token: Token) -> Part:
        fact, role = self.facts.find(token.text), "any"
        if fact is None and "." in token.text:
            head, _, role = token.text.rpartition(".")
            fact = self.facts.find(head)
            if fact is not None and (fact.kind != "codes" or role not in get_args(n.Role)):
                roles = list(get_args(n.Role)) if fact.kind == "codes" else "none: it is no set of codes"
                self.fail(f"{head} has no such role", token.start + len(head) + 1, got=role, allowed=roles)
        if fact is None:
            return Bare(token)
        key = self.key(token, fact)
        values = fact.values if fact.kind in ("text", "band") else ()
        name = n.Name(fact.name, fact.kind, key, values, fact.blank_is_none)
        return CodesOf(name, role) if fact.kind == "codes" else name  # type: ignore[arg-type]

    def key(self, token: Token, fact: Fact) -> str:
        if not fact.keyed:
            if self.now.kind == "key":
                self.fail(f"{fact.name} takes no key", self.now)
            return ""
        if self.now.kind != "key":
            allowed = fact.keys or "any"
            self.fail(f"{fact.name} needs a key in square brackets", token, allowed=allowed)
        opening = self.take()
        key = opening.text.strip("\"'“”")
        if not key or (fact.keys and key not in fact.keys):
            place, keys = opening.start + 1, fact.keys or None
            self.fail(f"{fact.name} has no such key", place, got=key, nearest=fact.keys, allowed=keys)
        return key

    def value_of(self, part: Part, start: int) -> n.Value:
        if isinstance(part, Bare):
            self.no_such_fact(part.token)
        if isinstance(part, CodesOf):
            self.fail("codes are asked with `in`", start, do="such as diagnoses.first in {F20-F29}")
        if kind_of(part) in ("test", "flag"):
            self.fail("a number, text or date should stand here", start, got=self.token_at(start).text)
        return part

    def test_of(self, part: Part, start: int) -> n.Test:
        if isinstance(part, n.Name) and part.kind == "flag":
            return n.Flag(part)
        if isinstance(part, Bare):
            self.no_such_fact(part.token)
        if isinstance(part, CodesOf) or kind_of(part) != "test":
            self.fail("this is a value, not yet a condition", start, do="compare it, such as los > 60")
        return part

    def no_such_fact(self, token: Token) -> NoReturn:
        alike = [name for name, fact in self.facts.items() if token.text in (fact.zh, bare_label(fact.zh))]
        if alike:
            self.fail("several facts are called so; take the name of one", token, allowed=alike)
        names = [*self.facts, *(bare_label(fact.zh) for fact in self.facts.values())]
        self.fail("no such fact", token, nearest=names)

    def no_such_value(self, owner: n.Name, got: str, start: int) -> NoReturn:
        self.fail(f"{owner.name} is never this", start, got=got, nearest=owner.values, allowed=owner.values)

    def finite(self, text: str, start: int) -> float:
        number = float(text)
        if number in (float("inf"), float("-inf")):
            self.fail("a number is too large", start, got=f"{text[:12]}…")
        return number

    def day(self, text: str, start: int) -> int:
        try:
            year, month, day = (int(part) for part in text.split("-"))
            return (date(year, month, day) - date(1970, 1, 1)).days
        except ValueError:
            self.fail("no such day", start, got=text, do="write year-month-day, such as 2026-07-01")
