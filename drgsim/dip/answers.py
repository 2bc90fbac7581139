"""The answers to many cases as arrays, from the kernel or from its readable twin."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .._kernels._dip import DipTables
from .._parallel import over_chunks
from ..codes import EMPTY, CodeLists
from .compile import CompiledDip
from .prepared import Prepared
from .readable import Matcher
from .readable_case import CATALOGUE_ORDER, Account, DipCase
from .words import POOLS, STATUSES, Pool, Status

UNNAMED, MATCHED, LEFT_OUT = 0, 1, 2  # what a procedure of the record is to the answer
ONLY, BY_CATALOGUE_ORDER = -1, -2  # what decided, when no tie-break did
_MOST_PROCEDURES = 64  # bits of the kernel's word


@dataclass(frozen=True, eq=False)
class Answers:
    """One answer a case.

    Attributes
    ----------
    status : int8 [cases], place in STATUSES
    key : int32 [cases], place of the key in the catalogue; -1 for none
    pool : int8 [cases], place in POOLS; -1 for none
    treatment : int8 [cases], rank of the class of the answer, or of the stay when there is none; -1
        when the case was not looked at
    candidates : int32 [cases], entries the case met before any was put aside
    decided : int32 [cases], the tie-break that decided, as `CompiledDip.ties` numbers them; ONLY when
        none had to, BY_CATALOGUE_ORDER when the catalogue's order did
    auxiliary : int32 [cases], place in `CompiledDip.factors`; -1 for none
    flags : uint8 [procedures], as the ids of the encoded procedures: UNNAMED, MATCHED or LEFT_OUT
    """

    status: npt.NDArray[np.int8]
    key: npt.NDArray[np.int32]
    pool: npt.NDArray[np.int8]
    treatment: npt.NDArray[np.int8]
    candidates: npt.NDArray[np.int32]
    decided: npt.NDArray[np.int32]
    auxiliary: npt.NDArray[np.int32]
    flags: npt.NDArray[np.uint8]

    @classmethod
    def empty(cls, cases: int, procedures: int) -> Answers:
        """Room for answers."""
        return cls(
            status=np.zeros(cases, np.int8),
            key=np.full(cases, -1, np.int32),
            pool=np.full(cases, -1, np.int8),
            treatment=np.full(cases, -1, np.int8),
            candidates=np.zeros(cases, np.int32),
            decided=np.full(cases, ONLY, np.int32),
            auxiliary=np.full(cases, -1, np.int32),
            flags=np.zeros(procedures, np.uint8),
        )


@dataclass(frozen=True, eq=False)
class EncodedCases:
    """What is matched: code ids before any crosswalk, column facts as the compiled tables ask, cost."""

    diagnoses: CodeLists
    procedures: CodeLists
    facts: npt.NDArray[np.float64]  # [cases, columns], NaN where not stated
    cost: npt.NDArray[np.float64]  # yuan, NaN where not stated

    def __len__(self) -> int:
        return len(self.diagnoses)


def answer(
    cases: EncodedCases, prepared: Prepared, compiled: CompiledDip, kernel: DipTables, *, threads: int
) -> Answers:
    """Match every case; records longer than the kernel's word go through the readable twin."""
    answers = Answers.empty(len(cases), len(cases.procedures.ids))
    rows = np.arange(len(cases))
    if os.environ.get("DRGSIM_REFERENCE") != "1":
        _by_kernel(cases, compiled, kernel, answers, threads)
        rows = np.flatnonzero(cases.procedures.counts > _MOST_PROCEDURES)
    if len(rows):
        _by_twin(rows.tolist(), cases, prepared, compiled, answers)
    return answers


def _by_kernel(
    cases: EncodedCases, compiled: CompiledDip, kernel: DipTables, answers: Answers, threads: int
) -> None:
    dx, procs = cases.diagnoses.ids, cases.procedures.ids
    if compiled.crosswalks is not None:
        dx, procs = (
            np.where(ids < 0, ids, change[np.maximum(ids, 0)])
            for ids, change in zip((dx, procs), compiled.crosswalks, strict=True)
        )
    facts = np.ascontiguousarray(cases.facts) if cases.facts.shape[1] else np.zeros((len(cases), 1))
    cost = np.ascontiguousarray(cases.cost)  # a table turned round shows its columns backwards

    def work(start: int, stop: int) -> None:
        kernel.match(
            dx,
            cases.diagnoses.offsets,
            procs,
            cases.procedures.offsets,
            facts,
            cost,
            start,
            stop,
            answers.status,
            answers.key,
            answers.pool,
            answers.treatment,
            answers.candidates,
            answers.decided,
            answers.auxiliary,
            answers.flags,
        )

    over_chunks(work, len(cases), threads=threads)


def _by_twin(
    rows: Sequence[int], cases: EncodedCases, prepared: Prepared, compiled: CompiledDip, answers: Answers
) -> None:
    matcher = Matcher(prepared)
    factor_rows = _rows_of_factors(prepared, compiled)
    for row in rows:
        case = decode(row, cases, prepared, compiled)
        account = matcher.match(case)
        _enter(row, account, case, cases, compiled, factor_rows, prepared, answers)


def decode(row: int, cases: EncodedCases, prepared: Prepared, compiled: CompiledDip) -> DipCase:
    """A case as the twin reads it; an unknown code becomes `?`, which no codebook knows."""

    def texts(ids: npt.NDArray[np.int32], codes: Sequence[str]) -> tuple[str, ...]:
        return tuple("" if i == EMPTY else codes[i] if i >= 0 else "?" for i in ids.tolist())

    return DipCase(
        texts(cases.diagnoses.row(row), prepared.diagnoses.codes),
        texts(cases.procedures.row(row), prepared.procedures.codes),
        dict(zip(compiled.columns, cases.facts[row].tolist(), strict=False)),
        float(cases.cost[row]),
    )


def _rows_of_factors(prepared: Prepared, compiled: CompiledDip) -> dict[tuple[str, int], int]:
    """(type, factor of the catalogue) -> the kernel's number of it."""
    starts = compiled.tables["aux_start"]
    return {
        (code, int(compiled.factors[place])): place
        for row, code in enumerate(prepared.catalogue.types)
        for place in range(starts[row], starts[row + 1])
    }


def _enter(
    row: int,
    account: Account,
    case: DipCase,
    cases: EncodedCases,
    compiled: CompiledDip,
    factor_rows: dict[tuple[str, int], int],
    prepared: Prepared,
    answers: Answers,
) -> None:
    answers.status[row] = STATUSES.index(account.status)
    flags = [LEFT_OUT if place in account.left_out else UNNAMED for place in range(len(case.procedures))]
    for place in account.chosen.matched if account.chosen else ():
        flags[place] = MATCHED
    for place, first in account.repeats.items():
        flags[place] = flags[first]
    start = int(cases.procedures.offsets[row])
    answers.flags[start : start + len(flags)] = flags
    if account.status not in (Status.GROUPED, Status.NO_ENTRY):
        return
    answers.treatment[row] = account.treatment.rank
    answers.candidates[row] = sum(item.pool not in (Pool.LETTER, Pool.BLANK) for item in account.candidates)
    chosen = account.chosen
    if chosen is None:
        return
    answers.key[row] = chosen.key
    answers.pool[row] = POOLS.index(chosen.pool)
    answers.treatment[row] = chosen.treatment.rank
    answers.decided[row] = decided_number(account.decided, chosen.pool, prepared)
    if account.auxiliary is not None:
        type_code = prepared.catalogue.keys[chosen.key].type
        answers.auxiliary[row] = factor_rows[type_code, account.auxiliary]


def decided_number(decided: str, pool: Pool, prepared: Prepared) -> int:
    """The kernel's number for what decided inside `pool`."""
    if decided == CATALOGUE_ORDER:
        return BY_CATALOGUE_ORDER
    number = 0
    for stage in prepared.rules.choices:
        for tie in stage.by:
            if pool in stage.pools and tie.name == decided:
                return number
            number += 1
    return ONLY
