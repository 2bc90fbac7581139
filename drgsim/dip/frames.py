"""The answers in words: a frame with one row a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._optional import require
from ..cases.texts import is_missing, whole_texts
from ..codes.columns import LIST, code_text
from ..errors import ArgumentError
from .answers import BY_CATALOGUE_ORDER, MATCHED, UNNAMED, Answers, EncodedCases
from .compile import CompiledDip
from .conditions import print_conditions
from .prepared import Prepared, code_of_answer
from .readable_case import CATALOGUE_ORDER
from .words import CLASSES, POOLS, STATUSES, Pool

ONLY_CANDIDATE, CLASS_ORDER, FALLBACK = "only_candidate", "class_order", "fallback"


COLUMNS = (
    *("dip_code", "dip_name", "kind", "treatment_class", "primary_care", "score"),
    *("score_state", "status", "reason"),
    *("matched_procedures", "unmatched_procedures", "auxiliary", "auxiliary_factor", "auxiliary_reason"),
)
"""What a grouper can say of a case, in the order it says it."""

_Column = tuple[Sequence[Any], npt.NDArray[Any], str]  # values, which each case has, dtype


def wanted_columns(columns: Iterable[str] | None) -> tuple[str, ...]:
    """The columns asked for, each once; all when None. ArgumentError for one that there is not."""
    if columns is None:
        return COLUMNS
    asked = (columns,) if isinstance(columns, str) else tuple(dict.fromkeys(columns))
    for name in asked:
        if name not in COLUMNS:
            raise ArgumentError(
                "a DIP grouper has no such column", got=name, allowed=COLUMNS, nearest=COLUMNS
            )
    return asked


def answers_frame(
    cases: pd.DataFrame,
    encoded: EncodedCases,
    answers: Answers,
    prepared: Prepared,
    compiled: CompiledDip,
    columns: Sequence[str] = COLUMNS,
    listed: npt.NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """The frame that `DipGrouper.group` describes, under the index of `cases`; only `columns` are made.

    `listed` says which cases are on the catalogue's list of primary care.
    """
    types = [*prepared.catalogue.types.values(), None]
    factors = [*prepared.catalogue.auxiliary, None]
    kind = _type_places(prepared)[answers.key]
    factor = np.append(compiled.factors, -1)[answers.auxiliary]
    text = str(pd.Series([""]).dtype)  # what pandas itself gives text

    @cache
    def procedures() -> tuple[list[str], list[str], npt.NDArray[np.int64]]:
        column = cases["procedures"] if "procedures" in cases.columns else pd.Series([""] * len(cases))
        return named_procedures(column, encoded.procedures.offsets, answers.flags)

    def reason_of_factor() -> _Column:
        classes = prepared.catalogue.auxiliary_classes
        why = {name: print_conditions(item.conditions) for name, item in classes.items()}
        return [item and why[item.name] for item in factors], factor, "category"

    made: dict[str, Callable[[], _Column]] = {
        "dip_code": lambda: (*_codes(answers, encoded, prepared), "category"),
        "dip_name": lambda: ([item and item.name for item in types], kind, "category"),
        "kind": lambda: ([item and item.kind.value for item in types], kind, "category"),
        "treatment_class": lambda: (
            [*(word.value for word in CLASSES), None],
            answers.treatment,
            "category",
        ),
        "primary_care": lambda: ([item is not None and item.primary_care for item in types], kind, "bool"),
        "score_state": lambda: (
            [item and ("not_stated" if item.score is None else "stated") for item in types],
            kind,
            "category",
        ),
        "score": lambda: ([item and item.score for item in types], kind, "float64"),
        "status": lambda: ([word.value for word in STATUSES], answers.status, "category"),
        "reason": lambda: (*_reasons(answers, compiled), "category"),
        "matched_procedures": lambda: (procedures()[0], procedures()[2], text),
        "unmatched_procedures": lambda: (procedures()[1], procedures()[2], text),
        "auxiliary": lambda: ([item and item.name for item in factors], factor, "category"),
        "auxiliary_factor": lambda: ([item.factor if item else 1.0 for item in factors], factor, "float64"),
        "auxiliary_reason": reason_of_factor,
    }
    frame = pd.DataFrame({name: _taken(*made[name]()) for name in columns}, index=cases.index)
    if listed is not None and listed.any():
        frame["primary_care"] |= listed
    return frame


def as_came(cases: Any, answer: Callable[[pd.DataFrame], pd.DataFrame]) -> Any:
    """The answer to a DataFrame, or as an Arrow table to anything that hands out Arrow data."""
    if isinstance(cases, pd.DataFrame):
        return answer(cases)
    if not hasattr(cases, "__arrow_c_stream__"):
        raise ArgumentError(
            "not a table of cases",
            got=type(cases).__name__,
            allowed=("pandas DataFrame", "anything with __arrow_c_stream__", "dict", "list of dicts"),
        )
    pa = require("pyarrow", extra="arrow", feature="grouping Arrow tables")
    return pa.Table.from_pandas(answer(pa.table(cases).to_pandas()), preserve_index=False)


def _taken(values: Sequence[Any], places: npt.NDArray[Any], dtype: str) -> Any:
    """`values[place]` for each place, as an array of `dtype`; -1 takes the last."""
    if dtype != "category":
        texts = any(isinstance(value, str) for value in values)
        made = whole_texts(list(values)) if texts else pd.Series(values)
        typed = made.astype(pd.api.types.pandas_dtype(dtype)).array
        return typed.take(np.where(places < 0, len(values) - 1, places))
    # every value there could be is a category, once, so that the frames of several chunks agree
    known = dict.fromkeys(value for value in values if value is not None)
    numbered = {value: number for number, value in enumerate(known)}
    table = np.array([numbered.get(value, -1) for value in values], np.int32)
    return pd.Categorical.from_codes(table[places], categories=pd.Index(list(numbered), dtype=object))


def _type_places(prepared: Prepared) -> npt.NDArray[np.int64]:
    """Key -> place of its type; the last is for no key."""
    places = {code: place for place, code in enumerate(prepared.catalogue.types)}
    return np.array([*(places[key.type] for key in prepared.catalogue.keys), -1], np.int64)


def _codes(
    answers: Answers, encoded: EncodedCases, prepared: Prepared
) -> tuple[list[str | None], npt.NDArray[np.int64]]:
    """The codes of answers and which each case has; where the rules say so, a range in a code gives way
    to the case's category."""
    keys = prepared.catalogue.keys
    codes: list[str | None] = [*(key.type for key in keys), None]
    places = np.where(answers.key < 0, len(keys), answers.key).astype(np.int64)
    ranged = np.array([*map(prepared.takes_category, keys), False])[places]
    if not ranged.any():
        return codes, places
    principals = encoded.diagnoses.ids[encoded.diagnoses.offsets[:-1][ranged]]
    pairs, first, which = np.unique(
        places[ranged] * len(prepared.diagnoses) + principals, return_index=True, return_inverse=True
    )
    for pair, row in zip(pairs.tolist(), first.tolist(), strict=True):
        principal = prepared.diagnoses.code_of(int(principals[row]))
        codes.append(code_of_answer(prepared, keys[pair // len(prepared.diagnoses)], principal))
    places[ranged] = len(keys) + 1 + which
    return codes, places


def _reasons(answers: Answers, compiled: CompiledDip) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The reasons there are, and which each case has."""
    statuses = [word.value for word in STATUSES]
    words = [*statuses, *compiled.ties, CATALOGUE_ORDER, ONLY_CANDIDATE, CLASS_ORDER, FALLBACK]
    by_order = words.index(CATALOGUE_ORDER)
    fallback = np.isin(answers.pool, [POOLS.index(Pool.LETTER), POOLS.index(Pool.BLANK)])
    places = np.select(
        [
            answers.key < 0,
            fallback,
            answers.decided == BY_CATALOGUE_ORDER,
            answers.decided >= 0,
            answers.candidates > 1,
        ],
        [
            answers.status.astype(np.int64),
            by_order + 3,
            by_order,
            len(statuses) + answers.decided.astype(np.int64),
            by_order + 2,
        ],
        default=by_order + 1,
    )
    return words, places


_PACKED = 31  # procedures whose flags fit two bits each in an int64


def named_procedures(
    column: pd.Series[Any], offsets: npt.NDArray[np.int64], flags: npt.NDArray[np.uint8]
) -> tuple[list[str], list[str], npt.NDArray[np.int64]]:
    """Codes joined by `|` that answers name, codes that count but are not named, and whose they are.

    `column` holds the procedures as read; `offsets` and `flags` are those of their encoding. The texts
    are made once for each distinct record and answer; the last array says which each case has.
    """
    if len(column) == 0:
        return [], [], np.zeros(0, np.int64)
    records, known = pd.factorize(_as_text(column))
    texts = [*np.asarray(known, object).tolist(), ""]  # the last for a record that is not stated
    counts = np.diff(offsets)
    answers, kinds = pd.factorize(_pack(counts, offsets, flags))
    # by hash, not by sorting: there are far fewer distinct records and answers than cases
    place, distinct = pd.factorize(records.astype(np.int64) * len(kinds) + answers)
    first = np.empty(len(distinct), np.int64)
    first[place[::-1]] = np.arange(len(column) - 1, -1, -1)
    rows = np.concatenate((first, np.flatnonzero(counts > _PACKED)))  # long records one by one
    place[counts > _PACKED] = np.arange(len(first), len(rows))
    named, unnamed = [], []
    spans = zip(records[rows].tolist(), offsets[rows].tolist(), offsets[rows + 1].tolist(), strict=True)
    for number, start, stop in spans:
        record, own = texts[number], flags[start:stop].tolist()
        pieces = [record]
        if "|" in record:
            pieces = [piece for number, piece in enumerate(record.split("|")) if piece or number == 0]
        named.append(_joined(pieces, own, MATCHED) if MATCHED in own else "")
        unnamed.append(_joined(pieces, own, UNNAMED) if UNNAMED in own else "")
    return named, unnamed, place.astype(np.int64)


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


def _pack(
    counts: npt.NDArray[np.int64], offsets: npt.NDArray[np.int64], flags: npt.NDArray[np.uint8]
) -> npt.NDArray[np.int64]:
    """The flags of each record in one number; 0 for records too long."""
    packed = np.zeros(len(counts), np.int64)
    for place in range(int(min(counts.max(initial=0), _PACKED))):
        rows = np.flatnonzero((counts > place) & (counts <= _PACKED))
        packed[rows] |= flags[offsets[rows] + place].astype(np.int64) << (2 * place)
    return packed


def _joined(pieces: Sequence[str], flags: Sequence[int], flag: int) -> str:
    """The pieces with a flag, each once."""
    return "|".join(
        dict.fromkeys(piece for piece, own in zip(pieces, flags, strict=False) if own == flag and piece)
    )
