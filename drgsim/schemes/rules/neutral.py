"""Read the short rule grammar of neutral tables into the terms of the national language.

    rule   = term { "|" term }
    term   = factor { "&" factor }
    factor = "!" factor | "(" rule ")" | atom
    atom   = "always" | "never" | "has_mcc" | "has_cc" | where "(" list ")" | where "[" codes "]"
           | variable op value
    where  = "principal" | "main" | "any" | "other"

A `Names` says what a list or an inline group of codes is called among the scheme's sets.
"""

from __future__ import annotations

import re
from typing import Protocol, cast

from ..scheme_errors import RuleSyntaxError
from .parse import DEEPEST, both, either
from .terms import (
    ALWAYS,
    NEVER,
    And,
    Compare,
    Comparison,
    Constant,
    Count,
    HasSeverity,
    Member,
    Or,
    Role,
    Rule,
    Severity,
    Variable,
)

_TOKEN = re.compile(
    r"\s*(?:(?P<mark><=|>=|!=|[()|&!<>=])|(?P<codes>\[[^\]]*\])|(?P<word>[^\s()|&!<>=\[\]]+))"
)

_ROLES = {
    ("principal", True): (Role.PRINCIPAL_DIAGNOSIS,),
    ("other", True): (Role.OTHER_DIAGNOSES,),
    ("any", True): (Role.PRINCIPAL_DIAGNOSIS, Role.OTHER_DIAGNOSES),
    ("main", False): (Role.MAIN_PROCEDURE,),
    ("other", False): (Role.OTHER_PROCEDURES,),
    ("any", False): (Role.MAIN_PROCEDURE, Role.OTHER_PROCEDURES),
}
_WHERE = frozenset(where for where, _ in _ROLES)
_VARIABLES = {
    "age": Variable.AGE,
    "age_days": Variable.AGE_DAYS,
    "weight": Variable.WEIGHT,
    "los": Variable.LOS,
    "icu_hours": Variable.ICU_HOURS,
    "sex": Variable.SEX,
    "discharge": Variable.DISCHARGE,
    "dept": Variable.DEPARTMENT,
}
_CONSTANTS: dict[str, Rule] = {
    "always": ALWAYS,
    "never": NEVER,
    "has_mcc": HasSeverity(Severity.MCC),
    "has_cc": HasSeverity(Severity.CC),
}
_COMPARISONS = ("<", "<=", ">", ">=", "=", "!=")
_SEXES = {"M": 1, "F": 2}


class Names(Protocol):
    """What the lists of one row are called among the scheme's sets."""

    def listed(self, name: str, where: str) -> tuple[str, bool]:
        """The set of a list, and whether it holds diagnoses; KeyError when there is none."""

    def inline(self, codes: list[str]) -> tuple[str, bool]:
        """The set of codes written in the rule itself, and whether they are diagnoses."""

    def sections(self) -> tuple[str, ...]:
        """The sets of the body regions of the row's MDC."""


def parse_neutral(text: str, names: Names) -> Rule:
    """The rule that `text`, in the grammar of neutral tables, states."""
    return _Parser(text, names).whole()


def negate(rule: Rule) -> Rule | None:
    """The rule that holds when `rule` does not; None when the language cannot say it.

    A comparison has no opposite: with the variable missing, both would have to fail.
    """
    match rule:
        case Constant(value):
            return Constant(not value)
        case Member(roles, sets, negated):
            return Member(roles, sets, not negated)
        case HasSeverity(severity, negated):
            return HasSeverity(severity, not negated)
        case And(terms) | Or(terms):
            parts = [negate(term) for term in terms]
            if any(part is None for part in parts):
                return None
            known = cast("list[Rule]", parts)
            return either(known) if isinstance(rule, And) else both(known)
        case Compare() | Count():
            return None


class _Parser:
    def __init__(self, text: str, names: Names) -> None:
        self.text = text
        self.names = names
        self.tokens: list[tuple[str, int]] = []
        end = len(text.rstrip())
        position = 0
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None:
                raise RuleSyntaxError("a character that has no meaning here", text=text, position=position)
            self.tokens.append((match[0].strip(), match.end() - len(match[0].lstrip())))
            position = match.end()
        self.index = 0
        self.depth = 0

    @property
    def next(self) -> str:
        return self.tokens[self.index][0] if self.index < len(self.tokens) else ""

    def take(self) -> str:
        token = self.next
        self.index += 1
        return token

    def error(self, message: str, *, back: int = 0, **parts: object) -> RuleSyntaxError:
        at = self.index - back
        position = self.tokens[at][1] if at < len(self.tokens) else len(self.text)
        return RuleSyntaxError(message, text=self.text, position=position, **parts)  # type: ignore[arg-type]

    def whole(self) -> Rule:
        if not self.tokens:
            return ALWAYS
        rule = self.rule()
        if self.next:
            raise self.error("the rule should end here, or go on with `&` or `|`", got=self.next)
        return rule

    def rule(self) -> Rule:
        terms = [self.term()]
        while self.next == "|":
            self.take()
            terms.append(self.term())
        return either(terms)

    def term(self) -> Rule:
        terms = [self.factor()]
        while self.next == "&":
            self.take()
            terms.append(self.factor())
        return both(terms)

    def factor(self) -> Rule:
        token = self.take()
        if token in ("!", "("):
            self.depth += 1
            if self.depth > DEEPEST:
                raise self.error(f"more than {DEEPEST} `!` and brackets inside each other", back=1)
        rule = self.prefixed(token)
        self.depth -= token in ("!", "(")
        return rule

    def prefixed(self, token: str) -> Rule:
        if token == "!":
            opposite = negate(self.factor())
            if opposite is None:
                raise self.error("a comparison cannot be negated", back=1, do="state the opposite comparison")
            return opposite
        if token == "(":
            rule = self.rule()
            if self.take() != ")":
                raise self.error("expected `)`", back=1)
            return rule
        return self.atom(token)

    def atom(self, word: str) -> Rule:
        if word in _CONSTANTS:
            return _CONSTANTS[word]
        if word in _WHERE:
            return self.member(word)
        if word == "sections":
            return Count(_ROLES["any", True], self.sections(), self.comparison(), int(self.number()))
        variable = _VARIABLES.get(word)
        if variable is None:
            allowed = sorted((*_CONSTANTS, *_WHERE, *_VARIABLES, "sections"))
            raise self.error("unknown word", back=1, got=word, allowed=allowed, nearest=allowed)
        sign = self.comparison()
        if variable is Variable.DEPARTMENT:
            return Compare(variable, sign, self.take())
        if self.next in _SEXES:
            return Compare(variable, sign, _SEXES[self.take()])
        return Compare(variable, sign, self.number())

    def member(self, where: str) -> Rule:
        token = self.take()
        if token.startswith("["):
            name, diagnosis = self.names.inline(token[1:-1].split())
        elif token == "(":
            name, diagnosis = self.listed(self.take(), where)
            if self.take() != ")":
                raise self.error("expected `)`", back=1)
        else:
            raise self.error(f"expected `(list)` or `[codes]` after {where}", back=1, got=token)
        roles = _ROLES.get((where, diagnosis))
        if roles is None:
            kind = "diagnoses" if diagnosis else "procedures"
            raise self.error(f"{where!r} does not go with a list of {kind}", back=1)
        return Member(roles, (name,))

    def listed(self, name: str, where: str) -> tuple[str, bool]:
        try:
            return self.names.listed(name, where)
        except KeyError:
            raise self.error("this row has no such list", back=1, got=name) from None

    def sections(self) -> tuple[str, ...]:
        regions = self.names.sections()
        if not regions:
            raise self.error("this MDC has no body regions", back=1)
        return regions

    def comparison(self) -> Comparison:
        sign = self.take()
        if sign not in _COMPARISONS:
            raise self.error("expected a comparison", back=1, got=sign, allowed=_COMPARISONS)
        return cast("Comparison", sign)

    def number(self) -> int | float:
        token = self.take()
        try:
            value = float(token)
        except ValueError:
            raise self.error("expected a number", back=1, got=token) from None
        return int(value) if value.is_integer() else value
