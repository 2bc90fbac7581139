"""How a catalogue names diagnoses and procedures.

A diagnosis pattern is a code or its beginning (`K80`, `K80.1`, `K80.100`), or a range of categories
(`A15-A16`); alternatives are joined by `|`. A procedure expression asks for terms, joined by `+`, each
met by any one of its alternatives, joined by `/`:

    expression = term { "+" term }        all terms are met
    term       = code { "/" code }        by any of these
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from .dip_errors import DipSyntaxError

Expression = tuple[tuple[str, ...], ...]
"""Terms of alternatives; the empty tuple asks for nothing."""

_CODE = re.compile(r"[0-9]{2}(\.[0-9A-Za-z]{1,9})?")
_PREFIX = re.compile(r"[A-Z]([0-9]([0-9](\.[^|/\s-]{0,20})?)?)?")
_CATEGORY = re.compile(r"[A-Z][0-9]{2}")


def parse_expression(text: str) -> Expression:
    """The terms of a procedure expression; DipSyntaxError names the part that cannot be read.

    >>> parse_expression("51.2300+87.5300/51.1100")
    (('51.2300',), ('87.5300', '51.1100'))
    >>> parse_expression("")
    ()
    """
    text = text.strip()
    if not text:
        return ()
    terms = tuple(tuple(code.strip() for code in term.split("/")) for term in text.split("+"))
    for code in (code for term in terms for code in term):
        if not _CODE.fullmatch(code):
            raise DipSyntaxError(
                "a procedure expression joins codes by `/` (any of) and `+` (all of)",
                got=code,
                allowed="codes like 51.2300 or 51.23",
                where=f"in {text!r}",
            )
    return terms


def parse_alternatives(text: str) -> Expression:
    """The expression of a list of entries joined by `|`, each a code or several joined by `+`, all of them.

    What any of the entries meets is written as terms that must all be met.

    >>> print_expression(parse_alternatives("54.5100x009|54.5101+65.6300"))
    '54.5100x009/54.5101+54.5100x009/65.6300'
    """
    entries = [entry.split("+") for entry in text.split("|") if entry.strip()]
    picks = dict.fromkeys(tuple(dict.fromkeys(pick)) for pick in product(*entries)) if entries else ()
    return parse_expression("+".join("/".join(pick) for pick in picks))


def print_expression(expression: Expression) -> str:
    """The text that parses to `expression`."""
    return "+".join("/".join(term) for term in expression)


@dataclass(frozen=True, slots=True, order=True)
class Pattern:
    """A beginning of diagnosis codes (`last` empty), or the categories from `first` to `last`."""

    first: str
    last: str = ""

    def __str__(self) -> str:
        return f"{self.first}-{self.last}" if self.last else self.first

    def matches(self, code: str) -> bool:
        if self.last:
            return self.first <= code[:3] <= self.last
        return code.startswith(self.first)

    @property
    def specificity(self) -> int:
        """How narrow it is: characters without the dot; a range is wider than any beginning."""
        return 0 if self.last else len(self.first.replace(".", ""))


def parse_patterns(text: str) -> tuple[Pattern, ...]:
    """The alternatives of a diagnosis cell; DipSyntaxError names the one that cannot be read.

    >>> [str(pattern) for pattern in parse_patterns("K80.1|A15-A16")]
    ['K80.1', 'A15-A16']
    """
    return tuple(_pattern(part.strip(), text) for part in text.split("|") if part.strip())


def print_patterns(patterns: Iterable[Pattern]) -> str:
    """The text that parses to `patterns`."""
    return "|".join(map(str, patterns))


def specificity(patterns: Iterable[Pattern], code: str) -> int:
    """The narrowest match of `code`, or -1 when none matches."""
    return max((pattern.specificity for pattern in patterns if pattern.matches(code)), default=-1)


def _pattern(part: str, text: str) -> Pattern:
    first, dash, last = part.partition("-")
    if dash and _CATEGORY.fullmatch(first) and _CATEGORY.fullmatch(last) and first <= last:
        return Pattern(first, last)
    if not dash and _PREFIX.fullmatch(part):
        return Pattern(part)
    raise DipSyntaxError(
        "a diagnosis is named by a code, its beginning, or a range of categories",
        got=part,
        allowed="like K80, K80.1, K80.100x003 or A15-A16; joined by |",
        where=f"in {text!r}",
    )
