"""Read a rule in the national rule language.

    rule      = and_rule { "or" and_rule }
    and_rule  = factor { "and" factor }
    factor    = "(" rule ")" | "TRUE" | "1" | "FALSE" | "0" | severity | member | count | comparison
    severity  = ("MCC" | "CC") [ "=" ("1" | "0") ]
    member    = roles ["not"] "in" sets  |  "QTZD" ["not"] "in" severities
    count     = "length" "(" roles-or-sets ("∩" | "&") sets-or-roles ")" op integer
    comparison = variable op value  |  variable ["not"] "in" "{" value { "," value } "}"
    roles     = role | "{" role { "," role } "}"
    sets      = name | "{" name { "," name } "}"
    severities = "MCC" | "CC" | "{" ("MCC" | "CC" | name) { "," ("MCC" | "CC" | name) } "}"
    op        = "<" | "<=" | ">" | ">=" | "=" | "!="

`QTZD in MCC` is `MCC`: some secondary diagnosis counts as MCC once exclusions are made. In braces, one
of what is listed is enough: `QTZD in {MCC, CC}` is `MCC or CC`. Words are read in either case; an empty
rule always holds; there is no general `not`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from ..scheme_errors import RuleSyntaxError
from .lex import Kind, Token, tokens
from .terms import (
    ALWAYS,
    NEVER,
    And,
    Compare,
    Comparison,
    Count,
    HasSeverity,
    Member,
    Or,
    Role,
    Rule,
    Severity,
    Variable,
)

DEEPEST = 60  # brackets inside brackets; beyond this a rule is a mistake, not a rule

_ROLES: dict[str, Role] = {
    **{role.value: role for role in Role},
    "PRINCIPAL": Role.PRINCIPAL_DIAGNOSIS,
    "PRINCIPAL_DIAGNOSIS": Role.PRINCIPAL_DIAGNOSIS,
    "OTHER_DX": Role.OTHER_DIAGNOSES,
    "OTHER_DIAGNOSES": Role.OTHER_DIAGNOSES,
    "MAIN_PROC": Role.MAIN_PROCEDURE,
    "MAIN_PROCEDURE": Role.MAIN_PROCEDURE,
    "OTHER_PROC": Role.OTHER_PROCEDURES,
    "OTHER_PROCEDURES": Role.OTHER_PROCEDURES,
}
_VARIABLES: dict[str, Variable] = {
    **{variable.value: variable for variable in Variable},
    **{variable.name: variable for variable in Variable},
    "DEPT": Variable.DEPARTMENT,
}
_CONSTANTS: dict[str, Rule] = {"TRUE": ALWAYS, "1": ALWAYS, "FALSE": NEVER, "0": NEVER}
_SEVERITIES = {severity.value: severity for severity in Severity}
_WORDS = ("AND", "OR", "IN", "NOT", "LENGTH", "TRUE", "FALSE")

RESERVED = frozenset((*_ROLES, *_VARIABLES, *_SEVERITIES, *_WORDS))
"""Names that no code set may have (in capitals; case does not tell them apart)."""

_SPELLINGS = (*(role.value for role in Role), *(variable.value for variable in Variable), "MCC", "CC")

T = TypeVar("T")


def parse_rule(text: str) -> Rule:
    """The rule that `text` states; RuleSyntaxError points at the first character that does not fit.

    >>> parse_rule("ZYZD in DI_M00 and XB = 1").terms[1].comparison
    '='
    >>> parse_rule("") == ALWAYS
    True
    """
    if not text.strip():
        return ALWAYS
    parser = _Parser(text)
    rule = parser.rule()
    parser.expect_end()
    return rule


def both(terms: list[Rule]) -> Rule:
    """Every one of `terms`, in canonical form: an And holds no And, and never a single term."""
    flat = [part for term in terms for part in (term.terms if isinstance(term, And) else (term,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def either(terms: list[Rule]) -> Rule:
    """Some one of `terms`, in canonical form: an Or holds no Or, and never a single term."""
    flat = [part for term in terms for part in (term.terms if isinstance(term, Or) else (term,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.index = 0
        self.depth = 0

    # the cursor

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def take(self) -> Token:
        token = self.token
        self.index += token.kind is not Kind.END
        return token

    def at(self, *values: str) -> bool:
        """Whether the next token is one of these words (in capitals), marks or comparisons."""
        return self.token.kind not in (Kind.TEXT, Kind.END) and self.token.upper in values

    def skip(self, value: str) -> bool:
        if not self.at(value):
            return False
        self.take()
        return True

    def expect(self, value: str, what: str) -> Token:
        if not self.at(value):
            raise self.error(f"expected {what}")
        return self.take()

    def expect_end(self) -> None:
        if self.token.kind is not Kind.END:
            raise self.error("the rule should end here, or go on with `and` or `or`")

    def error(self, message: str, token: Token | None = None, **parts: object) -> RuleSyntaxError:
        at = token or self.token
        got = "the end of the rule" if at.kind is Kind.END else at.value
        return RuleSyntaxError(message, text=self.text, position=at.position, **{"got": got, **parts})  # type: ignore[arg-type]

    # the grammar

    def rule(self) -> Rule:
        terms = [self.and_rule()]
        while self.skip("OR"):
            terms.append(self.and_rule())
        return either(terms)

    def and_rule(self) -> Rule:
        terms = [self.factor()]
        while self.skip("AND"):
            terms.append(self.factor())
        return both(terms)

    def factor(self) -> Rule:
        token = self.token
        if token.value == "(" and token.kind is Kind.MARK:
            return self.bracketed()
        if token.value == "{" and token.kind is Kind.MARK:
            return self.member()
        if token.kind is Kind.NUMBER and token.value in _CONSTANTS:
            self.take()
            if self.token.kind is Kind.COMPARISON:
                raise self.error(
                    "a comparison begins with a variable", token, do="write NL >= 18, not 18 <= NL"
                )
            return _CONSTANTS[token.value]
        if token.kind is not Kind.NAME:
            raise self.error("expected a condition", allowed=_SPELLINGS)
        word = token.upper
        if word in _CONSTANTS:
            self.take()
            return _CONSTANTS[word]
        if word in _SEVERITIES:
            return self.severity()
        if word == "LENGTH":
            return self.count()
        if word in _ROLES:
            return self.member()
        if word in _VARIABLES:
            return self.comparison()
        if word == "NOT":
            raise self.error("there is no general `not`", do="write `ZYZD not in SET`, or `MCC = 0`")
        raise self.error("unknown variable", nearest=_SPELLINGS, allowed=_SPELLINGS)

    def bracketed(self) -> Rule:
        token = self.take()
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"more than {DEEPEST} brackets inside each other", token)
        rule = self.rule()
        self.expect(")", "`)`")
        self.depth -= 1
        return rule

    def severity(self) -> Rule:
        severity = _SEVERITIES[self.take().upper]
        if self.token.kind is not Kind.COMPARISON:
            return HasSeverity(severity)
        sign = self.take()
        if sign.value not in ("=", "!="):
            raise self.error("MCC and CC are either there or not", sign, allowed=("=", "!="))
        value = self.take()
        if value.upper not in ("0", "1", "TRUE", "FALSE"):
            raise self.error("expected 1 (there is one) or 0 (there is none)", value, allowed=(1, 0))
        return HasSeverity(severity, negated=(value.upper in ("0", "FALSE")) == (sign.value == "="))

    def member(self) -> Rule:
        start = self.token
        roles = self.roles()
        negated = self.skip("NOT")
        self.expect("IN", "`in`" if negated else "`in` or `not in`")
        names = self.braced(self.listed, "a code set") if self.at("{") else [self.listed()]
        severities = [name for name in names if isinstance(name, Severity)]
        if not severities:
            return Member(roles, tuple(dict.fromkeys(map(str, names))), negated)
        if roles != (Role.OTHER_DIAGNOSES,):
            raise self.error(
                "only other diagnoses can be an MCC or CC", start, do="write `MCC`, or `QTZD in MCC`"
            )
        terms: list[Rule] = [HasSeverity(severity, negated) for severity in dict.fromkeys(severities)]
        sets = tuple(dict.fromkeys(name for name in names if not isinstance(name, Severity)))
        if sets:
            terms.append(Member(roles, sets, negated))
        return both(terms) if negated else either(terms)

    def count(self) -> Rule:
        self.take()
        self.expect("(", "`(` after `length`")
        roles_first = self.names_roles()
        roles = self.roles() if roles_first else ()
        sets = () if roles_first else self.sets()
        self.expect("∩", "`∩` (or `&`)")
        if roles_first:
            sets = self.sets()
        else:
            roles = self.roles()
        self.expect(")", "`)`")
        sign = self.sign()
        number = self.take()
        if number.kind is not Kind.NUMBER or not number.value.lstrip("+").isdigit():
            raise self.error("expected a whole number", number)
        return Count(roles, sets, sign, int(self.number(number)))

    def comparison(self) -> Rule:
        variable = _VARIABLES[self.take().upper]
        if self.at("IN", "NOT"):
            negated = self.skip("NOT")
            self.expect("IN", "`in`")
            values = self.braced(lambda: self.value(variable), "a value")
            terms: list[Rule] = [Compare(variable, "!=" if negated else "=", value) for value in values]
            return both(terms) if negated else either(terms)
        sign_at = self.token
        sign = self.sign()
        if variable is Variable.DEPARTMENT and sign not in ("=", "!="):
            raise self.error("a department is only equal or not", sign_at, allowed=("=", "!="))
        return Compare(variable, sign, self.value(variable))

    # the pieces

    def names_roles(self) -> bool:
        """Whether what follows, one name or the first in braces, is a role."""
        ahead = self.tokens[min(self.index + self.at("{"), len(self.tokens) - 1)]
        return ahead.kind is Kind.NAME and ahead.upper in _ROLES

    def roles(self) -> tuple[Role, ...]:
        start = self.token
        roles = self.braced(self.role, "a role") if self.at("{") else [self.role()]
        if len({role.is_diagnosis for role in roles}) > 1:
            raise self.error("diagnoses and procedures cannot be looked up together", start)
        return tuple(dict.fromkeys(roles))

    def role(self) -> Role:
        token = self.take()
        role = _ROLES.get(token.upper) if token.kind is Kind.NAME else None
        if role is None:
            spellings = [each.value for each in Role]
            raise self.error(
                "expected where in the case to look", token, allowed=spellings, nearest=spellings
            )
        return role

    def listed(self) -> str | Severity:
        """A code set, or a severity."""
        if self.at(*_SEVERITIES):
            return _SEVERITIES[self.take().upper]
        return self.set_name()

    def sets(self) -> tuple[str, ...]:
        names = self.braced(self.set_name, "a code set") if self.at("{") else [self.set_name()]
        return tuple(dict.fromkeys(names))

    def set_name(self) -> str:
        token = self.take()
        if token.kind is not Kind.NAME:
            raise self.error("expected the name of a code set", token)
        if token.upper in RESERVED:
            raise self.error("expected the name of a code set, and this word means something else", token)
        return token.value

    def braced(self, item: Callable[[], T], what: str) -> list[T]:
        self.expect("{", "`{`")
        if self.at("}"):
            raise self.error(f"expected {what}: empty braces match nothing")
        items = [item()]
        while self.skip(","):
            items.append(item())
        self.expect("}", "`,` or `}`")
        return items

    def sign(self) -> Comparison:
        token = self.take()
        if token.kind is not Kind.COMPARISON:
            raise self.error("expected a comparison", token, allowed=("<", "<=", ">", ">=", "=", "!="))
        return cast("Comparison", token.value)

    def value(self, variable: Variable) -> int | float | str:
        token = self.take()
        if variable is Variable.DEPARTMENT:
            if token.kind not in (Kind.TEXT, Kind.NAME):
                raise self.error("expected the name of a department", token, do='write it as CYKS = "ICU"')
            return token.value
        if token.kind not in (Kind.NUMBER, Kind.TEXT):
            raise self.error("expected a number", token)
        return self.number(token)

    def number(self, token: Token) -> int | float:
        try:
            value = float(token.value)
            if abs(value) < 1e15:  # within this, whole numbers are exact
                return int(value) if value.is_integer() else value
        except ValueError:
            pass
        raise self.error("not a number that a rule can hold", token)
