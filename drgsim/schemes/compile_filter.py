"""The prefilter: which rows a case can still belong to, from a few table rows of bits.

A row is an ADRG with the rule of its MDC. Bit r of a table row is 0 exactly when what the table
knows refutes row r: the class of the principal diagnosis, the class of the main procedure, or the
buckets of the numbers. The bits that all three leave are the candidates, lowest first. A row is
exact in a state of the further codes when the three bits decide it; the others have a program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .compile_buckets import Buckets, FirstCode, cut_variables, first_code, mark_codes
from .compile_logic import (
    ANY_OTHERS,
    FALSE,
    STATES,
    Knowledge,
    Others,
    evaluate,
    further_signature,
    sources,
)
from .compile_words import SetTable
from .rules.parse import both
from .rules.terms import ALWAYS, And, Count, Role, Rule
from .rules.walk import leaves

LINE_ROWS = 512  # bits of a line of a cache

Arrays = dict[str, npt.NDArray[np.generic]]
Classes = npt.NDArray[np.int64]
Open = npt.NDArray[np.bool_]  # [what is known, rows]: the rows that are not refuted


@dataclass(frozen=True)
class Prefilter:
    """The tables, and what the candidate rows still have to be asked."""

    arrays: Arrays
    residual: tuple[Rule, ...]  # for each row the terms that the tables do not decide
    classes: dict[bool, Classes]  # of diagnoses (True) and procedures, by id + SPECIAL
    marks: dict[bool, npt.NDArray[np.uint8]]


def prefilter(
    rules: Sequence[Rule], mdcs: Sequence[str], diagnoses: SetTable, procedures: SetTable
) -> Prefilter:
    """Compile the entry rules of all rows, in order; `mdcs` says whose rows they are."""
    tables = {True: diagnoses, False: procedures}
    unmarked = {kind: np.zeros(table.size, dtype=np.uint8) for kind, table in tables.items()}
    anything = _Others(tables, unmarked)(ANY_OTHERS, ANY_OTHERS)
    principal = first_code(Role.PRINCIPAL_DIAGNOSIS, rules, diagnoses, anything)
    main = first_code(Role.MAIN_PROCEDURE, rules, procedures, anything)
    by_principal, by_main = (_open(rules, first)[first.of_id].mean(axis=0) for first in (principal, main))
    openness = (by_principal * by_main).tolist()
    marks = {kind: mark_codes(kind, rules, mdcs, openness, table) for kind, table in tables.items()}
    others = _Others(tables, marks)
    cuts = cut_variables(rules)
    buckets = Buckets(cuts, _widest(rules, tables), anything)
    exact = _Exact(others, frozenset(cut.variable.name for cut in cuts))
    arrays: Arrays = {
        "bucket_bits": pack_bits(_open(rules, buckets)),
        "exact_bits": pack_bits(np.stack([exact.states(rule) for rule in rules], axis=1)),
        **buckets.arrays(),
        **_first_arrays(
            "principal", rules, [replace(principal, others=others(d, ANY_OTHERS)) for d in range(STATES)]
        ),
        **_first_arrays("main", rules, [replace(main, others=others(ANY_OTHERS, p)) for p in range(STATES)]),
    }
    residual = tuple(_all_of([f for f in _factors(rule) if not exact.always(f)]) for rule in rules)
    return Prefilter(arrays, residual, {True: principal.of_id, False: main.of_id}, marks)


@dataclass(frozen=True)
class _Others:
    """The further codes in any pair of states."""

    tables: dict[bool, SetTable]
    marks: dict[bool, npt.NDArray[np.uint8]]

    def __call__(self, diagnoses: int, procedures: int) -> dict[bool, Others]:
        return {
            True: Others(self.tables[True], self.marks[True], diagnoses),
            False: Others(self.tables[False], self.marks[False], procedures),
        }


@dataclass(frozen=True)
class _Exact:
    """Whether the terms of a conjunction are decided by one of the three tables.

    The table of the principal diagnosis knows the state of the further diagnoses but not of the
    procedures, that of the main procedure the other way round, that of the buckets neither.
    """

    others: _Others
    in_buckets: frozenset[str]

    def states(self, rule: Rule) -> npt.NDArray[np.bool_]:
        """bool [STATES²], diagnoses × procedures: whether all terms of `rule` are decided."""
        decided = np.ones((STATES, STATES), dtype=bool)
        for term in _factors(rule):
            if not self.always(term):
                by_principal = [self._by(term, "principal", d, ANY_OTHERS) for d in range(STATES)]
                by_main = [self._by(term, "main", ANY_OTHERS, p) for p in range(STATES)]
                decided &= np.logical_or.outer(by_principal, by_main)
        return decided.ravel()

    def always(self, term: Rule) -> bool:
        """Whether a term is decided whatever the further codes are."""
        found = sources(term, self.others(ANY_OTHERS, ANY_OTHERS))
        return found <= {"principal"} or found <= {"main"} or found <= self.in_buckets

    def _by(self, term: Rule, source: str, diagnoses: int, procedures: int) -> bool:
        return sources(term, self.others(diagnoses, procedures)) <= {source}


def pack_bits(table: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint64]:
    """bool [n, rows] → uint64 [n, lines × 8]: row r is bit r % 64 of word r // 64."""
    n, rows = table.shape
    padded = np.zeros((n, LINE_ROWS * max(1, -(-rows // LINE_ROWS))), dtype=bool)
    padded[:, :rows] = table
    return np.packbits(padded, axis=1, bitorder="little").view("<u8").astype(np.uint64)


def _open(rules: Sequence[Rule], known: Knowledge) -> Open:
    return np.stack([evaluate(rule, known) != FALSE for rule in rules], axis=1)


def _first_arrays(name: str, rules: Sequence[Rule], states: Sequence[FirstCode]) -> Arrays:
    """`…_row` uint32 [states, classes]: the word of `…_bits` where the row of a class in a state begins."""
    found: dict[tuple[Rule, tuple[bool, ...]], npt.NDArray[np.bool_]] = {}

    def opened(rule: Rule, known: FirstCode) -> npt.NDArray[np.bool_]:
        key = rule, further_signature(rule, known.others)  # most rules are the same in every state
        if key not in found:
            found[key] = evaluate(rule, known) != FALSE
        return found[key]

    by_state = [np.stack([opened(rule, known) for rule in rules], axis=1) for known in states]
    bits, rows = np.unique(pack_bits(np.concatenate(by_state)), axis=0, return_inverse=True)
    return {
        f"{name}_row": (rows.reshape(len(states), -1) * bits.shape[1]).astype(np.uint32),
        f"{name}_bits": bits,
    }


def _factors(rule: Rule) -> tuple[Rule, ...]:
    return rule.terms if isinstance(rule, And) else (rule,)


def _all_of(terms: list[Rule]) -> Rule:
    return both(terms) if terms else ALWAYS


def _widest(rules: Sequence[Rule], tables: dict[bool, SetTable]) -> dict[tuple[bool, tuple[str, ...]], int]:
    """For all sets that are counted together, the most of them that hold one code."""
    counted = {
        (leaf.roles[0].is_diagnosis, leaf.sets)
        for rule in rules
        for leaf in leaves(rule)
        if isinstance(leaf, Count)
    }
    return {
        (kind, names): int(np.sum([tables[kind].mask((name,)) for name in names], axis=0).max())
        for kind, names in counted
    }
