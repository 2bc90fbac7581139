"""How a catalogue names diagnoses and procedures, and which ids of a codebook that stands for."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from ..cases.conditions import Condition, Fact, Facts
from ..cases.conditions.nodes import And
from ..cases.conditions.printing import print_test
from ..codes import Catalogue, Codebook, Kind
from .dip_errors import DipSyntaxError
from .stages import Codes

CODE_FACTS = ("diagnoses", "procedures")
"""Columns of codes that a condition which is not an interval may ask for."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class _AnyNumber(Facts):
    def find(self, word: str) -> Fact | None:
        if word in self.facts:
            return self.facts[word]
        return Fact(word, "number", word, word) if _NAME.fullmatch(word) else None


_FACTS = _AnyNumber(
    {
        "diagnoses": Fact("diagnoses", "codes", "诊断", "diagnoses"),
        "procedures": Fact("procedures", "codes", "手术操作", "procedures", blank_is_none=True),
    }
)


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """The conditions of a cell; ConditionError points at the character that cannot be read.

    >>> [str(condition) for condition in parse_conditions("age_days<29; birth_weight=..1499")]
    ['age_days < 29', 'birth_weight in ..1499']
    """
    return Condition.parse(text, _FACTS).parts() if text.strip() else ()


def print_conditions(conditions: Iterable[Condition]) -> str:
    """The text that parses to `conditions`."""
    tests = tuple(condition.test for condition in conditions)
    return print_test(And(tests)) if len(tests) > 1 else "".join(map(print_test, tests))


def interval(condition: Condition) -> tuple[str, float, float] | None:
    """Fact, lowest and highest number of a condition that is nothing but an interval of one; else None.

    >>> interval(parse_conditions("age=1..6")[0])
    ('age', 1.0, 6.0)
    >>> interval(parse_conditions("age<1 or age>=65")[0])
    """
    bounds = condition.intervals()
    if bounds is None or len(bounds) != 1:
        return None
    ((fact, (low, high)),) = bounds.items()
    return fact, low, high


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


_EXTENSION = re.compile(r"x\d{3}$")
_AFTER = "\uffff"  # sorts after every character of a code


def base_code(procedure: str) -> str:
    """A procedure code without its local extension.

    >>> base_code("51.2300x001")
    '51.2300'
    """
    return _EXTENSION.sub("", procedure)


def codebook(kind: Kind, named: Iterable[str] = ()) -> Codebook:
    """The codebook of a kind with the codes that a DIP catalogue names beyond the shipped ones."""
    shipped = Catalogue.load(kind)
    return _codebook(kind, tuple(sorted({code for code in named if code not in shipped})))


@lru_cache(maxsize=16)
def _codebook(kind: Kind, extra: tuple[str, ...]) -> Codebook:
    return Codebook.for_kind(kind, extra=extra)


@lru_cache(maxsize=16)
def code_index(book: Codebook) -> CodeIndex:
    """The index of a codebook, made once."""
    return CodeIndex(book)


class CodeIndex:
    """The codes of a codebook in the order of their text."""

    def __init__(self, book: Codebook) -> None:
        ordered = sorted((code, place) for place, code in enumerate(book.codes))
        self.codes = [code for code, _ in ordered]
        self.ids = [place for _, place in ordered]
        self.code_of = book.codes

    def beginning(self, text: str) -> list[int]:
        """Ids of the codes that begin with `text`."""
        return self.ids[bisect_left(self.codes, text) : bisect_left(self.codes, text + _AFTER)]

    def matching(self, pattern: Pattern) -> list[int]:
        """Ids of the codes that a diagnosis pattern matches."""
        if not pattern.last:
            return self.beginning(pattern.first)
        return self.ids[
            bisect_left(self.codes, pattern.first) : bisect_left(self.codes, pattern.last + _AFTER)
        ]

    def values(self, patterns: Iterable[tuple[Pattern, int]]) -> dict[int, int]:
        """The largest value that a pattern gives to each id."""
        found: dict[int, int] = {}
        for pattern, value in patterns:
            for place in self.matching(pattern):
                found[place] = max(value, found.get(place, value))
        return found


class ProcedureIndex:
    """The procedures that a catalogue's codes stand for under a rule set; as `prepared.names` has it."""

    def __init__(self, book: Codebook, rule: Codes) -> None:
        self.book, self.rule, self.index = book, rule, code_index(book)

    def named_by(self, code: str) -> list[int]:
        """Ids of the procedures that the catalogue's `code` stands for."""
        base = base_code(code)
        if self.rule.match == "prefix" and len(code) < self.rule.prefix_below:
            return self.index.beginning(code)
        if self.rule.match == "extension" and base == code:
            return [
                place for place in self.index.beginning(code) if base_code(self.book.codes[place]) == code
            ]
        known = (code, base) if self.rule.match == "extension" else (code,)
        return [place for place in map(self.book.id_of, known) if place >= 0]
