"""Compile a scheme: its rows in the order they are tested, their DRGs, and the tables beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from .compile_buckets import ALWAYS_KNOWN
from .compile_filter import prefilter
from .compile_program import FAILS, VARIABLES, Programs
from .compile_words import Mask, SetTable, codebooks_for, diagnosis_words, procedure_words
from .compiled import CompiledScheme, Level
from .model import Adrg, AdrgKind, Drg, Mdc
from .rows import principal_terms
from .rules.parse import both
from .rules.terms import (
    Compare,
    Constant,
    HasSeverity,
    Rule,
    Variable,
)
from .rules.walk import holds_by_severity, leaves
from .scheme import Scheme
from .scheme_errors import PackError

UNGROUPED, UNGROUPED_ADRG = "0000", "00"
UNGROUPED_NAME = "未入组"
AMBIGUOUS_ROW, TESTED_ROW, OPEN_ROW, ASKING_ROW = 1, 2, 4, 8  # flags of a row

Arrays = dict[str, npt.NDArray[Any]]
Row = tuple[Mdc, Adrg, tuple[Drg, ...]]


def compile_scheme(scheme: Scheme) -> CompiledScheme:
    """The arrays of `scheme`.

    Raises PackError when a row names a parent that is not there or an exclusion is contradictory,
    NotFoundError when a rule names a code set that is not there.
    """
    books = codebooks_for(scheme)
    diagnoses, procedures = (SetTable(scheme, book) for book in books)
    rows = _rows(scheme)
    filtered = prefilter(
        [both([mdc.rule, adrg.rule]) for mdc, adrg, _ in rows],
        [mdc.code for mdc, _, _ in rows],
        diagnoses,
        procedures,
    )
    departments = _departments(scheme)
    programs = Programs(diagnoses, procedures, {name: place for place, name in enumerate(departments)})
    levels = _levels(scheme)
    arrays: Arrays = {
        **filtered.arrays,
        **_row_arrays(rows, levels, programs, scheme.switches.adrg_shown),
        "row_program": np.array([programs.add(rule) for rule in filtered.residual], dtype=np.int32),
        "mdc_program": np.array([programs.add(mdc.rule) for mdc in scheme.mdcs], dtype=np.int32),
        **diagnosis_words(
            scheme,
            diagnoses,
            classes=filtered.classes[True],
            marks=filtered.marks[True],
            listed=_listed(scheme, diagnoses),
        ),
        **procedure_words(classes=filtered.classes[False], marks=filtered.marks[False]),
    }
    made = CompiledScheme(
        id=scheme.id,
        title=scheme.title,
        version=scheme.version,
        trust=scheme.trust,
        source=scheme.source,
        mdcs=levels[0],
        adrgs=levels[1],
        drgs=levels[2],
        variables=tuple(variable.name for variable in VARIABLES if variable in _asked(_all_rules(scheme))),
        departments=departments,
        newborn_weight=scheme.switches.newborn_weight,
        retry_single_procedures=scheme.switches.retry_single_procedures,
        extra_diagnoses=books[0].codes[books[0].n_catalogue :],
        extra_procedures=books[1].codes[books[1].n_catalogue :],
        arrays={**arrays, **programs.arrays()},
    )
    return CompiledScheme.from_block(made.block())


def _rows(scheme: Scheme) -> list[Row]:
    drgs: dict[str, list[Drg]] = {adrg.code: [] for adrg in scheme.adrgs}
    mdcs = {mdc.code for mdc in scheme.mdcs}
    for drg in scheme.drgs:
        if drg.adrg not in drgs:
            raise PackError("a DRG of an unknown ADRG", got=drg.adrg, where=drg.code, nearest=drgs)
        drgs[drg.adrg].append(drg)
    for adrg in scheme.adrgs:
        if adrg.mdc not in mdcs:
            raise PackError("an ADRG of an unknown MDC", got=adrg.mdc, where=adrg.code, nearest=mdcs)
    if not scheme.adrgs:
        raise PackError("a scheme without ADRGs groups nothing", got=scheme.id)
    return [
        (mdc, adrg, tuple(drgs[adrg.code]))
        for mdc in scheme.mdcs
        for adrg in scheme.adrgs
        if adrg.mdc == mdc.code
    ]


def _levels(scheme: Scheme) -> tuple[Level, Level, Level]:
    return (
        _level(UNGROUPED, ((mdc.code, mdc.name) for mdc in scheme.mdcs)),
        _level(UNGROUPED_ADRG, ((scheme.switches.adrg_shown(adrg), adrg.name) for adrg in scheme.adrgs)),
        _level(UNGROUPED, ((drg.code, drg.name) for drg in scheme.drgs)),
    )


def _level(none: str, groups: Iterable[tuple[str, str]]) -> Level:
    names = {none: UNGROUPED_NAME}
    for code, name in groups:
        names.setdefault(code, name)
    return Level(tuple(names), tuple(names.values()))


def _places(level: Level) -> dict[str, int]:
    if len(level.codes) > np.iinfo(np.int16).max:
        raise PackError("too many groups", got=len(level.codes), allowed=np.iinfo(np.int16).max)
    return {code: place for place, code in enumerate(level.codes)}


def _row_arrays(
    rows: Sequence[Row],
    levels: tuple[Level, Level, Level],
    programs: Programs,
    shown: Callable[[Adrg], str],
) -> Arrays:
    """The rows, and the tests of DRGs that ask for more than a severity.

    `rows` int16 [rows, 8]: the places of MDC and ADRG in their levels; the DRG by 2 × has MCC + has CC,
    0 when none holds; the variables it asks for that a case may lack, as bits; and flags: ambiguous, its
    DRGs have tests (from `split_start` [rows + 1] on in `split_program` and `split_drg`), some severity
    has no DRG, asks for a variable that a case may lack.
    """
    mdcs, adrgs, places = map(_places, levels)
    table = np.zeros((len(rows), 8), dtype=np.int16)
    starts = np.zeros(len(rows) + 1, dtype=np.int32)
    tests: list[tuple[int, int]] = []
    for row, (mdc, adrg, drgs) in enumerate(rows):
        asks = _variable_bits(_asked([mdc.rule, adrg.rule, *(drg.rule for drg in drgs)]))
        flags = AMBIGUOUS_ROW * (adrg.kind is AdrgKind.AMBIGUOUS) | ASKING_ROW * (asks != 0)
        by_severity = [0] * 4
        if all(isinstance(leaf, HasSeverity | Constant) for drg in drgs for leaf in leaves(drg.rule)):
            for place, (mcc, cc) in enumerate(product((False, True), repeat=2)):
                found = next(
                    (drg.code for drg in drgs if holds_by_severity(drg.rule, mcc=mcc, cc=cc)), UNGROUPED
                )
                by_severity[place] = places[found]
            flags |= OPEN_ROW * (0 in by_severity)
        else:
            flags |= TESTED_ROW
            tests += [(programs.add(drg.rule), places[drg.code]) for drg in drgs]
        table[row] = mdcs[mdc.code], adrgs[shown(adrg)], *by_severity, asks, flags
        starts[row + 1] = len(tests)
    return {
        "rows": table,
        "split_start": starts,
        "split_program": np.array([program for program, _ in tests] or [FAILS], dtype=np.int32),
        "split_drg": np.array([drg for _, drg in tests] or [0], dtype=np.int16),
    }


def _all_rules(scheme: Scheme) -> list[Rule]:
    return [row.rule for table in (scheme.mdcs, scheme.adrgs, scheme.drgs) for row in table]


def _asked(rules: Iterable[Rule]) -> set[Variable]:
    return {leaf.variable for rule in rules for leaf in leaves(rule) if isinstance(leaf, Compare)}


def _variable_bits(variables: Iterable[Variable]) -> int:
    """Those that a case may lack, as bits."""
    return sum(1 << VARIABLES.index(variable) for variable in variables if variable not in ALWAYS_KNOWN)


def _departments(scheme: Scheme) -> tuple[str, ...]:
    named = {
        leaf.value
        for rule in _all_rules(scheme)
        for leaf in leaves(rule)
        if isinstance(leaf, Compare) and isinstance(leaf.value, str)
    }
    return tuple(sorted(named))


def _listed(scheme: Scheme, table: SetTable) -> Mask:
    """The diagnoses that can lead to a group as principal ones."""
    listed = np.zeros(table.size, dtype=bool)
    for term in principal_terms(scheme):
        listed |= table.mask(term.sets)
    return listed
