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

from .compile_buckets import Buckets, cut_variables
from .compile_classes import FirstCode, first_code, marked_codes
from .compile_logic import FALSE, MARKED_OTHERS, OTHER_STATES, Knowledge, Others, evaluate, sources
from .compile_sets import Mask, SetTable
from .rules.parse import both
from .rules.terms import ALWAYS, And, Count, Role, Rule
from .rules.walk import leaves

WORDS = 8  # rows of bits are padded to so many words: one line of a cache

Arrays = dict[str, npt.NDArray[np.generic]]
Tables = dict[bool, SetTable]


@dataclass(frozen=True)
class Prefilter:
    """The tables, and what the candidate rows still have to be asked."""

    arrays: Arrays
    residual: tuple[Rule, ...]  # for each row the terms that the tables do not decide
    principal_class: npt.NDArray[np.int64]  # by id + SPECIAL
    main_class: npt.NDArray[np.int64]
    marked: dict[bool, Mask]


def prefilter(rules: Sequence[Rule], diagnoses: SetTable, procedures: SetTable) -> Prefilter:
    """Compile the entry rules of all rows, in order."""
    tables = {True: diagnoses, False: procedures}
    marked = {kind: marked_codes(kind, rules, table) for kind, table in tables.items()}

    def others(diagnosis_state: int, procedure_state: int) -> dict[bool, Others]:
        return {
            True: Others(diagnoses, marked[True], diagnosis_state),
            False: Others(procedures, marked[False], procedure_state),
        }

    states = range(OTHER_STATES)
    principal = first_code(Role.PRINCIPAL_DIAGNOSIS, rules, diagnoses, others(MARKED_OTHERS, MARKED_OTHERS))
    main = first_code(Role.MAIN_PROCEDURE, rules, procedures, others(MARKED_OTHERS, MARKED_OTHERS))
    cuts = cut_variables(rules)
    widest = _widest(rules, tables)
    buckets = [Buckets(cuts, widest, others(d, p)) for d in states for p in states]
    in_buckets = frozenset(cut.variable.name for cut in cuts)
    exact = [
        _Exact(others(d, p), others(d, MARKED_OTHERS), others(MARKED_OTHERS, p), in_buckets)
        for d in states
        for p in states
    ]
    # [buckets, states, rows], so that a case's row is at bucket * 9 + state
    by_bucket = np.stack([_open(rules, known) for known in buckets], axis=1)
    arrays: Arrays = {
        "bucket_bits": pack_bits(by_bucket.reshape(-1, len(rules))),
        "exact_bits": pack_bits(np.array([[all(map(e, _factors(rule))) for rule in rules] for e in exact])),
        **buckets[0].arrays(),
        **_first_arrays(
            "principal", rules, [replace(principal, others=others(d, MARKED_OTHERS)) for d in states]
        ),
        **_first_arrays("main", rules, [replace(main, others=others(MARKED_OTHERS, p)) for p in states]),
    }
    decided = exact[-1]  # whatever the further codes are
    residual = tuple(_all_of([f for f in _factors(rule) if not decided(f)]) for rule in rules)
    return Prefilter(arrays, residual, principal.of_id, main.of_id, marked)


@dataclass(frozen=True)
class _Exact:
    """Whether a term of a conjunction is decided by one of the three tables, in one state.

    The table of the principal diagnosis knows nothing of further procedures, nor that of the main
    procedure of further diagnoses; so each is asked in its own state.
    """

    state: dict[bool, Others]
    principal_state: dict[bool, Others]
    main_state: dict[bool, Others]
    in_buckets: frozenset[str]

    def __call__(self, term: Rule) -> bool:
        return (
            sources(term, self.principal_state) <= {"principal"}
            or sources(term, self.main_state) <= {"main"}
            or sources(term, self.state) <= self.in_buckets
        )


def pack_bits(table: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint64]:
    """bool [n, rows] → uint64 [n, words]: row r is bit r % 64 of word r // 64."""
    packed = np.packbits(table, axis=1, bitorder="little")
    width = 8 * WORDS * -(-max(packed.shape[1], 1) // (8 * WORDS))
    padded = np.zeros((len(table), width), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    return padded.view("<u8").astype(np.uint64)


def _open(rules: Sequence[Rule], known: Knowledge) -> npt.NDArray[np.bool_]:
    """bool [known.size, rows]: the rows that are not refuted."""
    found = np.empty((known.size, len(rules)), dtype=bool)
    for row, rule in enumerate(rules):
        found[:, row] = evaluate(rule, known) != FALSE
    return found


def _first_arrays(name: str, rules: Sequence[Rule], states: Sequence[FirstCode]) -> Arrays:
    """`…_row` [states, classes] is the row of `…_bits` that stands for a class in a state."""
    bits = pack_bits(np.concatenate([_open(rules, known) for known in states]))
    unique, rows = np.unique(bits, axis=0, return_inverse=True)
    return {
        f"{name}_row": rows.reshape(len(states), -1).astype(np.uint32),
        f"{name}_bits": unique,
    }


def _factors(rule: Rule) -> tuple[Rule, ...]:
    return rule.terms if isinstance(rule, And) else (rule,)


def _all_of(terms: list[Rule]) -> Rule:
    return both(terms) if terms else ALWAYS


def _widest(rules: Sequence[Rule], tables: Tables) -> dict[tuple[bool, tuple[str, ...]], int]:
    """For all sets that are counted together, the most of them that hold one code."""
    counted = {
        (leaf.roles[0].is_diagnosis, leaf.sets)
        for rule in rules
        for leaf in leaves(rule)
        if isinstance(leaf, Count)
    }
    return {
        (kind, names): int(sum(tables[kind].mask((name,)).astype(np.int64) for name in names).max())
        for kind, names in counted
    }

