"""The types to learn scores for: those that cases make, or a given library, and which case is in which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..._kernels._dip import DipTables
from ..._parallel import thread_count
from ...codes import Codebook
from ..answers import Answers, answer
from ..catalogue import DipCatalogue
from ..classes import ProcedureClasses, facts_with_index
from ..compile import compile_dip
from ..expressions import Pattern, codebook
from ..model import DipKey, DipType, ExcludedProcedure
from ..prepared import ANY_DIAGNOSIS, Prepared, prepare
from ..rules import RuleSet
from ..stages import Composite
from ..words import CLASSES, Kind, ProcedureNote
from .cases import LearningCases
from .stats import Groups, Ints


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


class TypeFinder:
    """Groups the cases by one catalogue again and again, whatever scores and mean costs its types state.

    A rule set may break ties by them, so the types are asked anew for each; the keys are compiled once.
    """

    def __init__(
        self, cases: LearningCases, catalogue: DipCatalogue, *, rules: RuleSet, classes: ProcedureClasses
    ) -> None:
        self.prepared = prepare(catalogue, rules, classes)
        self.compiled = compile_dip(self.prepared)
        book, asked = self.prepared.diagnoses, catalogue.comorbidity_classes
        facts = facts_with_index(cases.frame, self.compiled.columns, cases.encoded.diagnoses, book, asked)
        self.cases = replace(cases.encoded, facts=facts)
        self.names = tuple(self.prepared.catalogue.types)
        places = {code: place for place, code in enumerate(self.names)}
        self.type_of_key = np.array([*(places[key.type] for key in self.prepared.catalogue.keys), -1])

    def types(self, stated: Mapping[str, DipType] | None = None) -> Groups:
        """The cases by type; `stated` is what types of the catalogue now say of themselves."""
        return Groups.of(self.type_of_key[self.answers(stated).key], self.names)

    def answers(self, stated: Mapping[str, DipType] | None = None) -> Answers:
        """The answer to every case."""
        prepared, compiled = self.prepared, self.compiled
        if stated is not None:
            known = {**prepared.catalogue.types, **stated}
            prepared = replace(prepared, catalogue=replace(prepared.catalogue, types=known))
            compiled = compiled.restated(known.values())
        kernel = DipTables(compiled.tables)
        return answer(self.cases, lambda: prepared, compiled, kernel, threads=thread_count(None))


LIBRARY_KINDS = (Kind.EARLY, Kind.COMBINED, Kind.SUBDIVIDED, Kind.BASIC, Kind.CORE)
"""Kinds that a library may name, in the order in which a type too rare gives its cases to later ones."""


def prepared_library(
    library: DipCatalogue, rules: RuleSet, classes: ProcedureClasses, excluded: Iterable[str]
) -> tuple[DipCatalogue, Prepared]:
    """The library without composite types, which are learned, and the same ready to encode cases; its own
    codes beyond the shipped ones are `extra_codes`, so that ids stay while types are put aside."""
    kept = {code: kind for code, kind in library.types.items() if kind.kind in LIBRARY_KINDS}
    barred = {code: ExcludedProcedure(code, ProcedureNote.NOT_PRINCIPAL) for code in sorted(excluded)}
    bare = replace(
        library,
        types={code: replace(kind, score=None, mean_cost=None) for code, kind in kept.items()},
        keys=tuple(key for key in library.keys if key.type in kept),
        excluded_procedures={**barred, **library.excluded_procedures},
        auxiliary=(),
    )
    made = prepare(bare, without_derived(rules), classes)
    books = made.diagnoses, made.procedures
    own = [code for book in books for code in book.codes[book.n_catalogue :]]
    bare = replace(bare, extra_codes={**dict.fromkeys(own, ""), **bare.extra_codes})
    return bare, replace(made, catalogue=bare)


def without_derived(rules: RuleSet) -> RuleSet:
    """The same rules with no composite type for a category that has none: its cases are left over."""
    return replace(
        rules,
        steps=tuple(
            replace(step, stage=replace(step.stage, derive=False))
            if isinstance(step.stage, Composite)
            else step
            for step in rules.steps
        ),
    )


def settled_library(
    cases: LearningCases,
    library: DipCatalogue,
    *,
    rules: RuleSet,
    classes: ProcedureClasses,
    min_cases: int,
    coverage: float | None,
) -> tuple[DipCatalogue, Ints, Ints, int]:
    """The library with the types that enough cases are in, the cases that none of them takes, the treatment
    class of every case as the rules see it, and the threshold that was used.

    Kind by kind, in the order of the rules, so that the cases of a type put aside can still make a later
    one common enough; early groups stay, since nothing else is like them. `coverage` takes the place of
    `min_cases` when given.
    """
    bare = without_derived(rules)
    threshold = min_cases
    if coverage is not None:
        found = TypeFinder(cases, library, rules=bare, classes=classes).types()
        threshold = threshold_of(found.counts, coverage)
    for kind in LIBRARY_KINDS[1:]:
        of_kind = {code for code, item in library.types.items() if item.kind is kind}
        if not of_kind:
            continue
        found = TypeFinder(cases, library, rules=bare, classes=classes).types()
        common = {name for name, n in zip(found.names, found.counts, strict=True) if n >= threshold}
        library = without(library, of_kind - common)
    finder = TypeFinder(cases, library, rules=bare, classes=classes)
    answers = finder.answers()
    left = np.flatnonzero(answers.key < 0)
    return library, left, np.maximum(answers.treatment, 0).astype(np.int64), threshold


def few_early(catalogue: DipCatalogue, least: int) -> tuple[str, ...]:
    """Notes on early groups whose score stands on few cases, or which have none."""
    early = [item for item in catalogue.types.values() if item.kind is Kind.EARLY]
    few = [f"{item.code} ({item.cases})" for item in early if item.cases and item.cases < least]
    none = [item.code for item in early if item.score is None]
    return (
        *([f"Early groups scored on fewer than {least} cases: {', '.join(few)}."] if few else []),
        *([f"Early groups without a case, and so without a score: {', '.join(none)}."] if none else []),
    )


def without(library: DipCatalogue, codes: set[str]) -> DipCatalogue:
    """The same without some of its types."""
    return replace(
        library,
        types={code: kind for code, kind in library.types.items() if code not in codes},
        keys=tuple(key for key in library.keys if key.type not in codes),
    )
