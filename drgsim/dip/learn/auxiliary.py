"""Auxiliary types: kept where they make costs alike; which cases are in a class is asked of the grouper
itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...codes import UNKNOWN, CodeLists
from ...codes import Kind as CodeKind
from ...errors import ArgumentError
from ...schemes import registry
from ..answers import EncodedCases
from ..catalogue import DipCatalogue
from ..classes import facts_with_index
from ..expressions import Pattern, codebook
from ..grouper import DipGrouper
from ..model import AuxiliaryClass, AuxiliaryFactor, ComorbidityClass, Complication, DipKey, DipType
from ..prepared import ANY_DIAGNOSIS
from ..rules import RuleSet, Step
from ..stages import ClassOrder, Composite
from ..words import Kind, Pool
from .cases import FEN, LearningCases
from .stats import Groups, Ints, spread, spread_inside

_ANY_COMPOSITE = RuleSet(
    "membership",
    "one composite type",
    "单一综合病种",
    "assumed",
    "",
    (
        Step("composite", Composite(), "the only type", "唯一病种"),
        Step("order", ClassOrder(((Pool.COMPOSITE, None),)), "the only type", "唯一病种"),
    ),
)


def memberships(
    cases: LearningCases,
    classes: Iterable[AuxiliaryClass],
    *,
    complications: Mapping[str, Complication],
    exclusion_lists: Mapping[str, tuple[Pattern, ...]],
    comorbidity_classes: tuple[ComorbidityClass, ...] = (),
) -> dict[str, npt.NDArray[np.bool_]]:
    """For each class whether each case is in it.

    Raises ArgumentError for a class that depends on the type a case is in: it cannot be learned so.
    """
    diagnoses = cases.encoded.diagnoses
    book = codebook("diagnosis", complications)
    if book is not codebook("diagnosis"):  # the scheme names codes beyond the shipped ones
        diagnoses = book.encode(cases.frame["diagnoses"], threads=None)
    else:
        diagnoses = _shipped_only(diagnoses, "diagnosis")
    done = _shipped_only(cases.encoded.procedures, "procedure")
    found = {}
    for item in classes:
        if any(condition.fact_names & {"cost_ratio", "severity"} for condition in item.conditions):
            raise ArgumentError(
                "an auxiliary class that follows from the type of a case cannot be learned", got=item.name
            )
        catalogue = DipCatalogue(
            id="membership",
            title="one type",
            types={"in": DipType("in", "in", Kind.COMPOSITE)},
            keys=(DipKey("in", (ANY_DIAGNOSIS,), conditions=item.conditions),),
            complications=complications,
            exclusion_lists=exclusion_lists,
        )
        grouper = DipGrouper(catalogue, rules=_ANY_COMPOSITE)
        columns = grouper.compiled.columns
        facts = facts_with_index(cases.frame, columns, diagnoses, book, comorbidity_classes)
        asked = EncodedCases(diagnoses, done, facts, cases.encoded.cost)
        found[item.name] = grouper.match(asked).key >= 0
    return found


def _shipped_only(lists: CodeLists, kind: CodeKind) -> CodeLists:
    """The same; codes that only a catalogue names are unknown."""
    return replace(lists, ids=np.where(lists.ids < len(codebook(kind)), lists.ids, UNKNOWN))


def of_scheme(name: str) -> tuple[dict[str, Complication], dict[str, tuple[Pattern, ...]]]:
    """The CC and MCC of a scheme, and the principal diagnoses that keep each from counting."""
    scheme = registry.load(name)
    tables: dict[str, list[Pattern]] = {}
    for principal, listed in sorted(scheme.exclusion.items()):
        for table in listed:
            tables.setdefault(table, []).append(Pattern(principal))
    found = {}
    for code, table in scheme.cc.items():
        found[code] = Complication(code, "cc", exclusion=table if table in tables else "")
    for code, table in scheme.mcc.items():
        found[code] = Complication(code, "mcc", exclusion=table if table in tables else "")
    used = {item.exclusion for item in found.values()}
    return found, {table: tuple(patterns) for table, patterns in tables.items() if table in used}


COLUMNS = ("type", "dimension", "cases", "cv", "cv_inside", "cut", "kept", "classes")


def auxiliary_factors(
    cases: LearningCases,
    types: Groups,
    members: Mapping[str, npt.NDArray[np.bool_]],
    classes: Mapping[str, AuxiliaryClass],
    *,
    min_cases: int,
    cv_cut: float,
) -> tuple[list[AuxiliaryFactor], pd.DataFrame]:
    """The factors that are kept, and a row for every type and dimension that was tried.

    A dimension is tried where at least one class has `min_cases` and as many cases are outside; it is
    kept where the coefficient of variation falls by `cv_cut` of itself. The factor of a class is its mean
    cost over the type's, both of the last year.
    """
    last = cases.years.place == len(cases.years.stated) - 1
    factors: list[AuxiliaryFactor] = []
    rows = []
    by_dimension: dict[str, list[str]] = {}
    for name, item in classes.items():
        by_dimension.setdefault(item.dimension, []).append(name)
    parts = {
        dimension: _parts([members[name] for name in names], types, min_cases)
        for dimension, names in by_dimension.items()
    }
    for number, (code, places) in enumerate(zip(types.names, types.rows, strict=True)):
        for dimension, names in by_dimension.items():
            part_of, tried = parts[dimension]
            if not tried[number]:
                continue
            part = part_of[places]
            before, inside = spread(cases.cost[places]), spread_inside(cases.cost[places], part)
            cut = 1 - inside / before if before > 0 else 0.0
            kept = [name for number, name in enumerate(names, start=1) if (part == number).any()]
            rows.append((code, dimension, len(places), before, inside, cut, cut >= cv_cut, "|".join(kept)))
            if cut < cv_cut:
                continue
            mean = _last_mean(cases, places, last)
            for name in kept:
                own = places[part == names.index(name) + 1]
                own_mean = _last_mean(cases, own, last)
                factors.append(
                    AuxiliaryFactor(code, name, round(own_mean / mean, 4), len(own), round(own_mean, 2))
                )
    return factors, pd.DataFrame(rows, columns=list(COLUMNS))


def _parts(
    members: Sequence[npt.NDArray[np.bool_]], types: Groups, min_cases: int
) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """The class of each case: the first it is in, 0 for none that its type has `min_cases` of; and for each
    type whether some class and what is outside all of them are both common enough."""
    width = len(members) + 1
    part = np.zeros(len(types.group), np.int64)
    for number, member in enumerate(members, start=1):
        part[(part == 0) & member] = number
    cell = types.group * width + part
    inside = types.group >= 0
    counts = np.bincount(cell[inside], minlength=len(types) * width).reshape(len(types), width)
    common = counts[:, 1:] >= min_cases
    part[inside & ~np.insert(common, 0, True, axis=1).ravel()[np.maximum(cell, 0)]] = 0
    outside = types.counts - np.where(common, counts[:, 1:], 0).sum(axis=1)
    return part, common.any(axis=1) & (outside >= min_cases)


def _last_mean(cases: LearningCases, places: Ints, last: npt.NDArray[np.bool_]) -> float:
    """The mean cost of the last year in yuan; of all years where it has no case."""
    own = places[last[places]]
    return float(cases.cost[own if len(own) else places].mean()) / FEN
