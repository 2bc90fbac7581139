"""The types that cases make.

Core types: combinations of a diagnosis and a principal procedure that are common enough, and those of them
that a related procedure makes dearer. Composite types: what no core type takes, by category and treatment
class, the narrowest that is common enough; and for every class one that takes any diagnosis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...codes import Codebook
from ..code_index import codebook
from ..expressions import Pattern
from ..model import DipKey, DipType
from ..prepared import ANY_DIAGNOSIS
from ..words import CLASSES, Kind
from .cases import Ints, LearningCases
from .stats import Groups


@dataclass(frozen=True, slots=True)
class CoreEntry:
    """A core type to be: its diagnosis, its principal procedure and one related procedure (-1: none)."""

    diagnosis: str
    principal: int
    related: int = -1

    def code(self, book: Codebook) -> str:
        parts = [book.code_of(place) for place in (self.principal, self.related) if place >= 0]
        return f"{self.diagnosis}-{'+'.join(parts) or '0'}"

    def as_type(self, book: Codebook, name: str) -> tuple[DipType, DipKey]:
        code = self.code(book)
        principal, related = (
            ((book.code_of(place),),) if place >= 0 else () for place in (self.principal, self.related)
        )
        return DipType(code, name, Kind.CORE), DipKey(code, (Pattern(self.diagnosis),), principal, related)


def core_entries(
    cases: LearningCases, *, min_cases: int, coverage: float | None, gain: float
) -> tuple[list[CoreEntry], int]:
    """The core entries, in the order of their diagnosis and procedures, and the threshold that was used."""
    wide = len(codebook("procedure")) + 1
    found, pair = np.unique(cases.diagnosis.group * wide + cases.principal + 1, return_inverse=True)
    combinations = [(cases.diagnosis.names[number // wide], number % wide - 1) for number in found.tolist()]
    groups = Groups.of(pair, [f"{diagnosis} {principal}" for diagnosis, principal in combinations])
    threshold = min_cases if coverage is None else threshold_of(groups.counts, coverage)
    entries: list[CoreEntry] = []
    for name, rows in zip(groups.names, groups.rows, strict=True):
        if len(rows) >= threshold:
            diagnosis, _, text = name.partition(" ")
            principal = int(text)
            entries.append(CoreEntry(diagnosis, principal))
            if principal >= 0:
                splits = related_splits(cases, rows, threshold, gain)
                entries.extend(CoreEntry(diagnosis, principal, related) for related in splits)
    return entries, threshold


def threshold_of(counts: Ints, coverage: float) -> int:
    """The largest number of cases such that combinations of at least so many cover the share."""
    ordered = np.sort(counts)[::-1]
    reached = np.searchsorted(np.cumsum(ordered), coverage * ordered.sum() - 1e-9)
    return int(ordered[min(reached, len(ordered) - 1)])


def related_splits(cases: LearningCases, rows: Ints, threshold: int, gain: float) -> Iterator[int]:
    """Related procedures that raise the mean cost enough, the one that raises it most first.

    Each is measured on the cases that no earlier one took; both sides must stay common enough.
    """
    while len(rows) >= 2 * threshold:
        best, best_gain, taken = -1, gain, rows[:0]
        for procedure, having in _having(cases, rows, threshold):
            without = np.setdiff1d(rows, having, assume_unique=True)
            if len(without) < threshold:
                continue
            dearer = cases.mean_cost(having)
            plain = cases.mean_cost(without)
            if dearer / plain - 1 >= best_gain:
                # of equals the first: strictly more is asked from the second on
                best, best_gain, taken = procedure, np.nextafter(dearer / plain - 1, np.inf), having
        if best < 0:
            return
        yield best
        rows = np.setdiff1d(rows, taken, assume_unique=True)


def _having(cases: LearningCases, rows: Ints, threshold: int) -> Iterator[tuple[int, Ints]]:
    """Further procedures of these cases that are common enough, and the cases that have them."""
    lists = cases.procedures
    counts = lists.counts[rows] - 1  # without the principal one
    owner = np.repeat(rows, counts)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    ids = lists.ids[np.repeat(lists.offsets[rows] + 1, counts) + within].astype(np.int64)
    found, sizes = np.unique(ids, return_counts=True)
    for procedure in found[sizes >= threshold].tolist():
        yield procedure, owner[ids == procedure]


def composite_types(cases: LearningCases, rest: Ints, *, min_cases: int) -> list[tuple[DipType, DipKey]]:
    """The composite types for the cases `rest`, narrow ones first."""
    category, rank = cases.category.group[rest], cases.treatment[rest]
    made = []
    for length in (3, 2, 1):
        beginnings = [name[:length] for name in cases.category.names]
        names = list(dict.fromkeys(beginnings))  # still in order
        places = {name: place for place, name in enumerate(names)}
        place = np.array([places[name] for name in beginnings])
        cell = place[category] * len(CLASSES) + rank
        common = np.bincount(cell, minlength=len(names) * len(CLASSES)) >= min_cases
        for number in np.flatnonzero(common).tolist():
            made.append(_composite(Pattern(names[number // len(CLASSES)]), number % len(CLASSES)))
        category, rank = category[~common[cell]], rank[~common[cell]]
    # a class that has no case left over still needs somewhere for the cases to come
    made += [_composite(ANY_DIAGNOSIS, rank) for rank in sorted(set(cases.treatment.tolist()))]
    return made


def _composite(pattern: Pattern, rank: int) -> tuple[DipType, DipKey]:
    treatment = CLASSES[rank]
    code = f"{pattern}-{rank + 1}"
    name = f"{pattern} {Kind.COMPOSITE.zh}：{treatment.zh}"
    return DipType(code, name, Kind.COMPOSITE), DipKey(code, (pattern,), treatment_class=treatment)
