"""Which ids of a codebook a pattern or a catalogue's procedure code stands for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from ...codes import Codebook
from .expressions import Pattern
from .prepared import base_code
from .stages import Codes

_AFTER = "\uffff"  # sorts after every character of a code


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


class ProcedureIndex(CodeIndex):
    """The procedures that a catalogue's codes stand for under a rule set."""

    def __init__(self, book: Codebook, rule: Codes) -> None:
        super().__init__(book)
        self.book, self.rule = book, rule
        self.extensions: dict[str, list[int]] = {}
        for code, place in zip(self.codes, self.ids, strict=True):
            self.extensions.setdefault(base_code(code), []).append(place)

    def named_by(self, code: str) -> list[int]:
        """Ids of the procedures that the catalogue's `code` stands for; as `prepared.names` has it."""
        if self.rule.match == "prefix" and len(code) < self.rule.prefix_below:
            return self.beginning(code)
        if self.rule.match == "extension" and base_code(code) == code:
            return self.extensions.get(code, [])
        known = [code, base_code(code)] if self.rule.match == "extension" else [code]
        return [place for place in map(self.book.id_of, known) if place >= 0]
