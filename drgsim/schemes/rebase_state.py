"""Three schemes side by side, and the one that is being made of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from ..words import begun_in_english
from .diff import Language
from .model import Adrg, AdrgKind, CodeSet, Drg
from .rows import TABLES, AnyRow, table_rows
from .rules.terms import Constant, Count, HasSeverity, Member, Rule
from .rules.walk import holds_by_severity, leaves, print_rule, set_names
from .scheme import Scheme

Status = Literal["applied", "look", "same", "conflict", "lost"]


@dataclass(frozen=True, slots=True)
class Carried:
    """One difference of a local scheme from its base, and what became of it on another."""

    part: str
    row: str
    change: str
    status: Status
    note_zh: str
    note_en: str
    local: str
    before: str
    now: str

    def text(self, lang: Language = "zh") -> str:
        """In one line."""
        note = self.note_en if lang == "en" else self.note_zh
        named = ("local", "old base", "new base") if lang == "en" else ("本地", "原国家版", "新国家版")
        states = [state or "-" for state in (self.local, self.before, self.now)]
        if lang == "en":
            states = list(map(begun_in_english, states))
        sides = " | ".join(f"{name}: {state}" for name, state in zip(named, states, strict=True))
        return f"{self.part.upper()} {self.row}: {note}  [{sides}]"


@dataclass
class Merge:
    """`local`, its base `old`, the edition `new`, and what has been carried over so far."""

    local: Scheme
    old: Scheme
    new: Scheme
    overlap: float
    found: list[Carried] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sets: dict[str, CodeSet] = dict(self.new.sets)
        self.cc, self.mcc = dict(self.new.cc), dict(self.new.mcc)
        self.exclusion = dict(self.new.exclusion)
        self.tables: dict[str, dict[str, AnyRow]] = {
            name: {row.code: row for row in rows} for name, rows in table_rows(self.new).items()
        }

    def say(
        self,
        part: str,
        row: str,
        change: str,
        status: Status,
        note: tuple[str, str],
        sides: tuple[str, str, str] = ("", "", ""),
    ) -> None:
        """`sides`: local, before, now."""
        self.found.append(Carried(part, row, change, status, *note, *sides))

    def rows(self, table: str) -> tuple[AnyRow, ...]:
        """The rows of a table, in the order of their parents."""
        parents = {name: below for below, name in zip(TABLES, ("mdc", "adrg", "drg"), strict=True)}
        own = list(self.tables[table].values())
        if table == "mdc":
            return tuple(own)
        above = {row.code: place for place, row in enumerate(self.rows("mdc" if table == "adrg" else "adrg"))}
        parent_of = parents[table].parent_of
        return tuple(sorted(own, key=lambda row: above[parent_of(row)]))

    def used_sets(self) -> dict[str, CodeSet]:
        """The sets that rows name, and those of the new edition that no row of it named."""
        named, before = (_named(rows) for rows in (self._now(), table_rows(self.new)))
        idle = self.new.sets.keys() - before
        return {name: each for name, each in sorted(self.sets.items()) if name in named or name in idle}

    def _now(self) -> dict[str, tuple[AnyRow, ...]]:
        return {name: tuple(rows.values()) for name, rows in self.tables.items()}

    def same_group(self, code: str) -> bool:
        """Whether an ADRG of the old base and that of its code in the new one are one group."""
        before, now = _adrg(self.old, code), _adrg(self.new, code)
        if before is None or now is None:
            return False
        if before.name and plain(before.name) == plain(now.name):
            return True
        return alike(codes_of(self.old, before.rule), codes_of(self.new, now.rule)) >= self.overlap

    def successor(self, row: Adrg) -> str:
        """The ADRG of the new edition that shares most codes with one of the local scheme, if it is half."""
        own = codes_of(self.local, row.rule)
        share, place = max(
            ((alike(own, codes), -place) for place, codes in enumerate(self._codes)), default=(0.0, 0)
        )
        best = self.new.adrgs[-place]
        return f"{best.code} {best.name}" if share >= self.overlap else ""

    @cached_property
    def _codes(self) -> list[frozenset[str]]:
        """The codes that each ADRG of the new edition looks for; none for an ambiguous one."""
        ambiguous = AdrgKind.AMBIGUOUS
        return [
            frozenset() if adrg.kind is ambiguous else codes_of(self.new, adrg.rule)
            for adrg in self.new.adrgs
        ]

    def bring(self, rule: Rule) -> tuple[list[str], list[str]]:
        """Sets that a local rule needs: those brought along from the local scheme; those nowhere there."""
        wanted = [name for name in set_names(rule) if name not in self.sets]
        lost = [name for name in wanted if name not in self.local.sets]
        if lost:
            return [], lost
        for name in wanted:
            self.sets[name] = self.local.sets[name]
        return wanted, []


def drgs_of(scheme: Scheme, adrg: str) -> list[Drg]:
    return [drg for drg in scheme.drgs if drg.adrg == adrg]


def meaning(drgs: Iterable[Drg]) -> object:
    """What a cut does, so that cuts that do the same are equal: `CC` after `MCC` is `MCC or CC`."""
    rules = [(drg.code, drg.rule) for drg in drgs]
    if not all(isinstance(leaf, HasSeverity | Constant) for _, rule in rules for leaf in leaves(rule)):
        return tuple((code, print_rule(rule)) for code, rule in rules)
    states = ((False, False), (False, True), (True, False), (True, True))
    return tuple(
        next((code for code, rule in rules if holds_by_severity(rule, mcc=mcc, cc=cc)), "")
        for mcc, cc in states
    )


def codes_of(scheme: Scheme, rule: Rule) -> frozenset[str]:
    """The codes that a rule looks for."""
    names = [
        name
        for leaf in leaves(rule)
        if isinstance(leaf, Count) or (isinstance(leaf, Member) and not leaf.negated)
        for name in leaf.sets
    ]
    return frozenset().union(*(scheme.sets[name].codes for name in names if name in scheme.sets))


def alike(a: frozenset[str], b: frozenset[str]) -> float:
    """The share of codes in common, of those in either."""
    return len(a & b) / len(a | b) if a or b else 0.0


def plain(name: str) -> str:
    """A name without what editions write differently: width, punctuation, spaces."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name))


def _named(tables: Mapping[str, Sequence[AnyRow]]) -> set[str]:
    return {name for rows in tables.values() for row in rows for name in set_names(row.rule)}


def _adrg(scheme: Scheme, code: str) -> Adrg | None:
    return next((adrg for adrg in scheme.adrgs if adrg.code == code), None)
