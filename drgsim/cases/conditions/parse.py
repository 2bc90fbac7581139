"""From text to a condition: one grammar, checked against the facts while it is read.

    condition  = and { "or" and }              and   = not { "and" not }
    not        = "not" not | test
    test       = value { sign value }          sign  = "=" | "!=" | "<" | "<=" | ">" | ">="
               | value ["not"] "in" set        set   = interval | "{" item … "}" | "@" list | item
               | fact "is" ["not"] ("known" | "unknown")
               | flag | "true" | "false" | "(" condition ")"
    value      = term { ("+" | "-") term }     term  = factor { ("*" | "/") factor }
    factor     = ["-"] ( number | date | text | fact | fact "[" key "]" | function "(" … ")" | "(" value ")" )
    interval   = [value] ".." [value] | value "..<" value

`&` and `;` also stand for and, `|` for or, `==` for `=`; `age = 0..17` for `age in 0..17`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn, get_args

from . import nodes as n
from .facts import Fact, Facts, bare_label
from .sets import number_set, word_set
from .tokens import Token, error, tokens

DEEPEST = 60  # nested brackets and nots
_SIGNS = get_args(n.Sign)
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
class _Codes:
    """A fact of codes and the role asked for, before its set is read."""

    name: n.Name
    role: n.Role


@dataclass(frozen=True, slots=True)
class _Word:
    """A word that is no fact: perhaps a value of the text it is compared with."""

    token: Token


Part = Any  # a value or a test of `nodes`, a _Codes or a _Word


def parse_test(text: str, facts: Facts) -> n.Test:
    """The condition `text` is. Raises ConditionError, which points at a character."""
    parser = _Parser(text, facts)
    test = parser.test_of(parser.disjunction(), 0)
    parser.end()
    return test


def parse_value(text: str, facts: Facts) -> n.Value:
    """The number or date that the expression `text` is. Raises ConditionError."""
    parser = _Parser(text, facts)
    value = parser.value_of(parser.sum(), 0)
    parser.end()
    if kind_of(value) not in ("number", "date"):
        raise error(
            "not a number", text, 0, got=text.strip(), allowed="numbers, facts that are numbers, + - * /"
        )
    return value


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
        case _Codes():
            return "codes"
    return "test"


class _Parser:
    def __init__(self, text: str, facts: Facts) -> None:
        self.text = text
        self.facts = facts
        self.tokens = tokens(text)
        self.place = 0
        self.depth = 0

    # ---- where we are

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

    # ---- tests

    def disjunction(self) -> Part:
        return self._joined("or", n.Or, self.conjunction)

    def conjunction(self) -> Part:
        return self._joined("and", n.And, self.negation)

    def _joined(self, word: str, kind: Any, part: Any) -> Part:
        start = self.now.start
        first = part()
        if not self.at(word):
            return first
        tests = [self.test_of(first, start)]
        while self.at(word):
            joint = self.take()
            start = self.now.start
            if self.now.kind == "end" and self.text[joint.start : joint.stop] in (";", "；"):
                break  # the last `;` of a list may end it
            tests.append(self.test_of(part(), start))
        flat = [each for test in tests for each in (test.tests if isinstance(test, kind) else (test,))]
        return kind(tuple(flat)) if len(flat) > 1 else flat[0]

    def negation(self) -> Part:
        if not self.at("not"):
            return self.comparison()
        self.take()
        with _Deeper(self):
            start = self.now.start
            return n.Not(self.test_of(self.negation(), start))

    def comparison(self) -> Part:
        start = self.now.start
        first = self.sum()
        if self.at("is"):
            return self.known(first, start)
        if self.at("in") or (self.at("not") and self.tokens[self.place + 1].text == "in"):
            negated = self.take().text == "not"
            if negated:
                self.take()
            test = self.membership(first, start)
            return n.Not(test) if negated else test
        if not (self.now.kind == "sign" and self.now.text in _SIGNS):
            return first
        parts, starts, signs = [first], [start], []
        while self.now.kind == "sign" and self.now.text in _SIGNS:
            signs.append(self.take().text)
            starts.append(self.now.start)
            if self.at("..", "..<") or (signs == ["="] and self.ahead_is_interval()):
                if signs != ["="]:
                    self.fail("an interval goes with `in`", self.now)
                return self.membership(first, start)
            parts.append(self.sum())
        return self.compared(parts, starts, signs)

    def ahead_is_interval(self) -> bool:
        after = self.tokens[min(self.place + 1, len(self.tokens) - 1)]
        if self.now.text == "-":
            after = self.tokens[min(self.place + 2, len(self.tokens) - 1)]
        return after.kind == "sign" and after.text in ("..", "..<")

    def known(self, part: Part, start: int) -> n.Test:
        self.take()
        name = part.name if isinstance(part, _Codes) else part
        if isinstance(part, _Word):
            self.no_such_fact(part.token)
        if not isinstance(name, n.Name):
            self.fail("only a fact is known or unknown", start, got=self.text[start : self.now.start].strip())
        negated = self.at("not") and bool(self.take())
        if not self.at("known", "unknown"):
            self.fail("after `is` comes known, not known or unknown", self.now)
        if self.take().text == "unknown":
            negated = not negated
        return n.Not(n.Known(name)) if negated else n.Known(name)

    def compared(self, parts: list[Part], starts: list[int], signs: list[str]) -> n.Test:
        named = [part for part in parts if isinstance(part, n.Name)]
        flag = next((name for name in named if name.kind == "flag"), None)
        if flag is not None:
            return self.flag_compared(parts, starts, signs, flag)
        owner = next((name for name in named if name.kind in ("text", "band")), None)
        values = [self.side(part, start, owner) for part, start in zip(parts, starts, strict=True)]
        kinds = {kind_of(value) for value in values} - ({"text"} if owner and owner.kind == "band" else set())
        if len(kinds) > 1:
            first = kind_of(values[0])
            odd = next(place for place, value in enumerate(values) if kind_of(value) != first)
            hint = "dates are written 2026-07-01, without quotes" if "date" in kinds else None
            if kinds == {"number", "text"}:
                hint = "numbers are written without quotes, texts in quotes"
            self.fail(
                f"a {first} is compared with a {kind_of(values[odd])}",
                starts[odd],
                got=self.token_at(starts[odd]).text,
                do=hint,
            )
        if kinds == {"text"} and set(signs) - {"=", "!="}:
            self.fail("texts have no order; they are equal or not", starts[1], got=signs[0])
        if kinds == {"codes"}:
            self.fail("codes are asked with `in`", starts[0], do="such as diagnoses.first in {F20-F29}")
        if kinds == {"band"} and len({value.values for value in named if value.kind == "band"}) > 1:
            self.fail("two bands of different values are compared", starts[1])
        return n.Compared(tuple(values), tuple(signs))  # type: ignore[arg-type]

    def flag_compared(self, parts: list[Part], starts: list[int], signs: list[str], flag: n.Name) -> n.Test:
        other = next((part for part in parts if part is not flag), None)
        truth = {n.Truth(True): True, n.Truth(False): False, n.Number(1): True, n.Number(0): False}.get(other)
        if len(parts) != 2 or truth is None or signs[0] not in ("=", "!="):
            self.fail(f"{flag.name} is true or false", starts[-1], allowed=f"{flag.name}, not {flag.name}")
        wanted = truth if signs[0] == "=" else not truth
        return n.Flag(flag) if wanted else n.Not(n.Flag(flag))

    def side(self, part: Part, start: int, owner: n.Name | None) -> n.Value:
        """One side of a comparison; a bare word is a text where a text is compared."""
        if owner is None or part is owner:
            return self.value_of(part, start)
        if isinstance(part, _Word):
            return self.word_of(owner, part.token)
        if isinstance(part, n.Number) and (owner.kind == "band" or owner.values):
            part = n.Text(self.token_at(start).text)
        if isinstance(part, n.Text) and owner.values and part.value not in owner.values:
            self.no_such_value(owner, part.value, start)
        return self.value_of(part, start)

    def word_of(self, owner: n.Name, token: Token) -> n.Text:
        if owner.values:
            if token.text not in owner.values:
                self.no_such_value(owner, token.text, token.start)
        elif not (token.text[0].isascii() and token.text[0].isupper()):
            self.fail(
                "neither a fact nor a text in quotes",
                token,
                nearest=list(self.facts),
                do=f'write "{token.text}" if it is a text',
            )
        return n.Text(token.text)

    def membership(self, part: Part, start: int) -> n.Test:
        if isinstance(part, _Codes):
            return word_set(self, part.name, part.role)
        if isinstance(part, n.Name) and part.kind in ("text", "band"):
            return word_set(self, part, None)
        value = self.value_of(part, start)
        if kind_of(value) not in ("number", "date"):
            self.fail("only numbers, dates, texts and codes can be in a set", start)
        return number_set(self, value, kind_of(value) == "date")

    # ---- values

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
            with _Deeper(self):
                start = self.now.start
                value = self.value_of(self.factor(), start)
            if kind_of(value) != "number":
                self.fail("only a number has a sign", minus)
            if isinstance(value, n.Number):
                return n.Number(-value.value)
            return n.Arithmetic("-", n.Number(0.0), value)
        if self.at("("):
            self.take()
            with _Deeper(self):
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
        with _Deeper(self):
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
            return _Word(token)
        key = self.key(token, fact)
        values = fact.values if fact.kind in ("text", "band") else ()
        name = n.Name(fact.name, fact.kind, key, values, fact.blank_is_none)
        return _Codes(name, role) if fact.kind == "codes" else name  # type: ignore[arg-type]

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

    # ---- checks

    def value_of(self, part: Part, start: int) -> n.Value:
        if isinstance(part, _Word):
            self.no_such_fact(part.token)
        if isinstance(part, _Codes):
            self.fail("codes are asked with `in`", start, do="such as diagnoses.first in {F20-F29}")
        if kind_of(part) in ("test", "flag"):
            self.fail("a number, text or date should stand here", start, got=self.token_at(start).text)
        return part

    def test_of(self, part: Part, start: int) -> n.Test:
        if isinstance(part, n.Name) and part.kind == "flag":
            return n.Flag(part)
        if isinstance(part, _Word):
            self.no_such_fact(part.token)
        if isinstance(part, _Codes) or kind_of(part) != "test":
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

    def token_at(self, start: int) -> Token:
        return next(token for token in self.tokens if token.start >= start)

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


class _Deeper:
    """One bracket deeper, for as long as it lasts."""

    def __init__(self, parser: _Parser) -> None:
        self.parser = parser

    def __enter__(self) -> None:
        self.parser.depth += 1
        if self.parser.depth > DEEPEST:
            self.parser.fail("brackets are nested too deeply", self.parser.now, allowed=f"{DEEPEST} at most")

    def __exit__(self, *_: object) -> None:
        self.parser.depth -= 1
