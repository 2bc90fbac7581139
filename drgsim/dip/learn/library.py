"""A given library of types as the types to learn scores for: which of them enough cases are in, and what is
left over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ..catalogue import DipCatalogue
from ..classes import ProcedureClasses
from ..model import ExcludedProcedure
from ..prepared import Prepared, prepare
from ..rules import RuleSet
from ..stages import Composite
from ..words import Kind, ProcedureNote
from .cases import LearningCases
from .core import threshold_of
from .matching import TypeFinder
from .stats import Ints

LIBRARY_KINDS = (Kind.EARLY, Kind.COMBINED, Kind.SUBDIVIDED, Kind.BASIC, Kind.CORE)
"""Kinds that a library may name, in the order in which a type too rare gives its cases to later ones."""


def prepared_library(
    library: DipCatalogue, rules: RuleSet, classes: ProcedureClasses, excluded: Iterable[str]
) -> Prepared:
    """The library without composite types, which are learned, ready to encode cases; its own codes beyond
    the shipped ones are `extra_codes`, so that ids stay while types are put aside."""
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
    return replace(made, catalogue=replace(bare, extra_codes={**dict.fromkeys(own, ""), **bare.extra_codes}))


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
