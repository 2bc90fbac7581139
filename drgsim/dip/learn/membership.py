"""Which cases are in an auxiliary class: asked of the grouper itself, so that conditions mean one thing; and
the complications that the severity classes go by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ...codes import UNKNOWN, CodeLists
from ...codes import Kind as CodeKind
from ...errors import ArgumentError
from ...schemes import registry
from ..answers import EncodedCases
from ..catalogue import DipCatalogue
from ..code_index import codebook
from ..comorbidity import facts_with_index
from ..expressions import Pattern
from ..grouper import DipGrouper
from ..model import AuxiliaryClass, ComorbidityClass, Complication, DipKey, DipType
from ..prepared import ANY_DIAGNOSIS
from ..rules import RuleSet, Step
from ..stages import ClassOrder, Composite
from ..words import Kind, Pool
from .cases import LearningCases

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
