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

from typing import Any, get_args

from . import nodes as n
from .facts import Facts
from .sets import number_set, word_set
from .tokens import Deeper, Token, error
from .values import Bare, CodesOf, Part, Values, kind_of

_SIGNS = get_args(n.Sign)


def parse_test(text: str, facts: Facts) -> n.Test:
    """The condition `text` is. Raises ConditionError, which points at a character."""
    parser = Parser(text, facts)
    test = parser.test_of(parser.disjunction(), 0)
    parser.end()
    return test


def parse_value(text: str, facts: Facts) -> n.Value:
    """The number or date that the expression `text` is. Raises ConditionError."""
    parser = Parser(text, facts)
    value = parser.value_of(parser.sum(), 0)
    parser.end()
    if kind_of(value) not in ("number", "date"):
        raise error(
            "not a number", text, 0, got=text.strip(), allowed="numbers, facts that are numbers, + - * /"
        )
    return value


class Parser(Values):
    """Reads conditions."""

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
        with Deeper(self):
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
        name = part.name if isinstance(part, CodesOf) else part
        if isinstance(part, Bare):
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
        if isinstance(part, Bare):
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
        if isinstance(part, CodesOf):
            return word_set(self, part.name, part.role)
        if isinstance(part, n.Name) and part.kind in ("text", "band"):
            return word_set(self, part, None)
        value = self.value_of(part, start)
        if kind_of(value) not in ("number", "date"):
            self.fail("only numbers, dates, texts and codes can be in a set", start)
        return number_set(self, value, kind_of(value) == "date")
