"""Which ids of a codebook a pattern or a catalogue's procedure code stands for."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache

from ..codes import Catalogue, Codebook, Kind
from .expressions import Pattern
from .stages import Codes

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
