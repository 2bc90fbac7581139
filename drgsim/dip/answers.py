"""The answers to many cases as arrays, from the kernel or from its readable twin, and the codes they name."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._kernels import _fold
from .._kernels._dip import DipTables
from .._optional import installed
from .._parallel import over_chunks
from ..cases.texts import is_missing
from ..codes import EMPTY, CodeLists
from ..codes.columns import LIST, TextRows, code_text, read_arrow
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
    cases: EncodedCases,
    prepared: Callable[[], Prepared],
    compiled: CompiledDip,
    kernel: DipTables,
    *,
    threads: int,
) -> Answers:
    """Match every case; records longer than the kernel's word go through the readable twin, which alone asks
    for what is `prepared`."""
    answers = Answers.empty(len(cases), len(cases.procedures.ids))
    rows = np.arange(len(cases))
    if os.environ.get("DRGSIM_REFERENCE") != "1":
        _by_kernel(cases, compiled, kernel, answers, threads)
        rows = np.flatnonzero(cases.procedures.counts > _MOST_PROCEDURES)
    if len(rows):
        _by_twin(rows.tolist(), cases, prepared(), compiled, answers)
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


def named_procedures(
    column: Any, offsets: npt.NDArray[np.int64], flags: npt.NDArray[np.uint8]
) -> tuple[Any, Any]:
    """Codes joined by `|` that answers name, and codes that count but are not named, a text a case.

    `column` holds the procedures as read, in pandas or in Arrow memory; `offsets` and `flags` are those of
    their encoding. Arrow arrays of large strings where pyarrow is there, lists elsewhere.
    """
    texts = _arrow_texts(column)
    if texts is None:
        cells = _as_text(column.to_pandas() if hasattr(column, "to_pandas") else column).tolist()
        both = [_named(cell, offsets, flags, row) for row, cell in enumerate(cells)]
        return [named for named, _ in both], [unnamed for _, unnamed in both]
    rows = read_arrow(texts)
    assert isinstance(rows, TextRows)
    out = [np.empty(len(rows.text), np.uint8) for _ in range(2)]
    ends = [np.zeros(len(rows) + 1, np.int64) for _ in range(2)]
    _fold.pick_pieces(
        rows.text, rows.offsets, rows.gap, offsets, flags, MATCHED, UNNAMED, out[0], ends[0], out[1], ends[1]
    )
    made = [_texts(*pair) for pair in zip(out, ends, strict=True)]
    if (long := np.flatnonzero(np.diff(offsets) > _MOST_PROCEDURES)).size:
        both = [_named(texts[row].as_py(), offsets, flags, row) for row in long.tolist()]
        made = [_replaced(made[place], long, [each[place] for each in both]) for place in range(2)]
    return made[0], made[1]


def _arrow_texts(column: Any) -> Any:
    """The column as one Arrow array of texts; None where there is no pyarrow or it cannot be that."""
    if os.environ.get("DRGSIM_REFERENCE") == "1" or not installed("pyarrow"):
        return None
    import pyarrow as pa

    if isinstance(column, pd.Series):
        try:
            column = pa.array(_as_text(column), pa.large_string(), from_pandas=True)
        except (pa.ArrowInvalid, UnicodeEncodeError):  # half a surrogate pair
            return None
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _texts(text: npt.NDArray[np.uint8], ends: npt.NDArray[np.int64]) -> Any:
    import pyarrow as pa

    return pa.LargeStringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(text))


def _replaced(array: Any, rows: npt.NDArray[np.int64], texts: Sequence[str]) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    mask = np.zeros(len(array), bool)
    mask[rows] = True
    return pc.replace_with_mask(array, pa.array(mask), pa.array(texts, array.type))


def _named(
    record: Any, offsets: npt.NDArray[np.int64], flags: npt.NDArray[np.uint8], row: int
) -> tuple[str, str]:
    """What is named of one record, and what is not."""
    own = flags[offsets[row] : offsets[row + 1]].tolist()
    record = "" if is_missing(record) else record
    pieces = [piece for number, piece in enumerate(record.split("|")) if piece or number == 0]
    return _joined(pieces, own, MATCHED), _joined(pieces, own, UNNAMED)


def _as_text(column: pd.Series[Any]) -> Any:
    """Rows as text, each by itself; a list of codes is joined as text is."""
    if isinstance(column.dtype, pd.StringDtype):
        return column
    texts: list[Any] = [_cell_text(cell) for cell in column.tolist()]
    return np.array([*texts, None], object)[:-1]


def _cell_text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, LIST):
        return "|".join(map(_cell_text, cell))
    return "" if is_missing(cell) else code_text(cell)


def _joined(pieces: Sequence[str], flags: Sequence[int], flag: int) -> str:
    """The pieces with a flag, each once."""
    return "|".join(
        dict.fromkeys(piece for piece, own in zip(pieces, flags, strict=False) if own == flag and piece)
    )
