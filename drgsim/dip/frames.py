"""The answers in words: a frame with one row a case."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._kernels import _fold
from .._optional import installed
from ..cases.texts import is_missing, whole_texts
from ..codes.columns import LIST, TextRows, code_text, read_arrow
from ..errors import ArgumentError
from .answers import BY_CATALOGUE_ORDER, MATCHED, UNNAMED, Answers, EncodedCases
from .compile import CompiledDip
from .conditions import print_conditions
from .model import DipType
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


@dataclass(frozen=True)
class Coded:
    """A column of texts of which there are few: `places` in `words`, -1 for none."""

    words: Sequence[str]
    places: npt.NDArray[np.int32]


Told = Coded | npt.NDArray[Any] | Any  # or texts: a list, or an Arrow array


class AnswerWords:
    """What the answers by a catalogue say. Whatever a text column could say is in its words, each once and in
    the catalogue's order, so that the tables of several chunks agree."""

    def __init__(self, prepared: Prepared, compiled: CompiledDip) -> None:
        self.prepared, self.compiled = prepared, compiled
        catalogue = prepared.catalogue
        self._types = [*catalogue.types.values(), None]
        self._factors = [*catalogue.auxiliary, None]
        places = {code: place for place, code in enumerate(catalogue.types)}
        self._type_of = np.array([*(places[key.type] for key in catalogue.keys), -1], np.int64)
        self._scores = np.array([_score_of(item) for item in self._types], np.float64)
        self._primary = np.array([item is not None and item.primary_care for item in self._types])
        self._worth = np.array([item.factor if item else 1.0 for item in self._factors], np.float64)

    def columns(
        self,
        procedures: Any,
        encoded: EncodedCases,
        answers: Answers,
        names: Sequence[str],
        listed: npt.NDArray[np.bool_] | None,
    ) -> dict[str, Told]:
        """The columns of these `names`, of cases with these texts of procedures.

        `listed` says which cases are on the catalogue's list of primary care.
        """
        kind = self._type_of[answers.key]
        factor = np.append(self.compiled.factors, -1)[answers.auxiliary]

        @cache
        def texts() -> tuple[Any, Any]:
            return named_procedures(procedures, encoded.procedures.offsets, answers.flags)

        made: dict[str, Callable[[], Told]] = {
            "dip_code": lambda: self._codes(answers, encoded),
            "treatment_class": lambda: self._coded("treatment_class", answers.treatment),
            "primary_care": lambda: self._primary[kind] | (False if listed is None else listed),
            "score": lambda: self._scores[kind],
            "status": lambda: self._coded("status", answers.status),
            "reason": lambda: self._coded("reason", _reasons(answers, self.compiled)),
            "matched_procedures": lambda: texts()[0],
            "unmatched_procedures": lambda: texts()[1],
            "auxiliary_factor": lambda: self._worth[factor],
            **{name: partial(self._coded, name, kind) for name in ("dip_name", "kind", "score_state")},
            **{name: partial(self._coded, name, factor) for name in ("auxiliary", "auxiliary_reason")},
        }
        return {name: made[name]() for name in names}

    def _coded(self, name: str, places: npt.NDArray[Any]) -> Coded:
        """-1 takes the last of the values there are."""
        words, table = self._tables[name]
        return Coded(words, table[places])

    @cached_property
    def _tables(self) -> dict[str, tuple[list[str], npt.NDArray[np.int32]]]:
        types, factors = self._types, self._factors
        classes = self.prepared.catalogue.auxiliary_classes
        why = {name: print_conditions(item.conditions) for name, item in classes.items()}
        stated = [
            None if item is None else "not_stated" if item.score is None else "stated" for item in types
        ]
        values: dict[str, list[str | None]] = {
            "dip_code": [*(key.type for key in self.prepared.catalogue.keys), None],
            "dip_name": [None if item is None else item.name for item in types],
            "kind": [None if item is None else item.kind.value for item in types],
            "treatment_class": [*(word.value for word in CLASSES), None],
            "score_state": [*stated, None],
            "status": [word.value for word in STATUSES],
            "reason": [*_reason_words(self.compiled)],
            "auxiliary": [None if item is None else item.name for item in factors],
            "auxiliary_reason": [None if item is None else why[item.name] for item in factors],
        }
        return {name: _numbered(each) for name, each in values.items()}

    def _codes(self, answers: Answers, encoded: EncodedCases) -> Coded:
        """The codes of answers; where the rules say so, a range in one gives way to the case's category."""
        words, table = self._tables["dip_code"]
        places = table[answers.key]
        ranged = np.flatnonzero(self._ranged[answers.key])
        if not ranged.size:
            return Coded(words, places)
        numbers, categories = self._categories
        principals = encoded.diagnoses.ids[encoded.diagnoses.offsets[:-1][ranged]]
        pairs = answers.key[ranged].astype(np.int64) * len(categories) + numbers[principals]
        which, distinct = pd.factorize(pairs, sort=True)
        codes = [self._code_in(pair) for pair in distinct.tolist()]
        further = [code for code in dict.fromkeys(codes) if code not in self._known]
        own = {code: len(words) + number for number, code in enumerate(further)}
        places[ranged] = np.array([own.get(code, self._known.get(code)) for code in codes], np.int32)[which]
        return Coded([*words, *further], places)

    @cached_property
    def _known(self) -> dict[str, int]:
        return {code: place for place, code in enumerate(self._tables["dip_code"][0])}

    @cached_property
    def _ranged(self) -> npt.NDArray[np.bool_]:
        """For each key whether its code takes the case's category; the last is for no key."""
        return np.array([*map(self.prepared.takes_category, self.prepared.catalogue.keys), False])

    @cached_property
    def _categories(self) -> tuple[npt.NDArray[np.int64], list[str]]:
        """The category of every diagnosis, as a number, and all of them."""
        numbers, categories = pd.factorize(
            np.array([code[:3] for code in self.prepared.diagnoses.codes], object)
        )
        return numbers, categories.tolist()

    def _code_in(self, pair: int) -> str:
        """The code of a key in a category."""
        if pair not in self._told:
            key, category = divmod(pair, len(self._categories[1]))
            own = self.prepared.catalogue.keys[key]
            self._told[pair] = code_of_answer(self.prepared, own, self._categories[1][category])
        return self._told[pair]

    @cached_property
    def _told(self) -> dict[int, str]:
        return {}


def _score_of(item: DipType | None) -> float:
    return np.nan if item is None or item.score is None else item.score


def _numbered(values: Sequence[str | None]) -> tuple[list[str], npt.NDArray[np.int32]]:
    """The different values, and for each value which it is."""
    known = dict.fromkeys(value for value in values if value is not None)
    numbers: dict[str | None, int] = {value: number for number, value in enumerate(known)}
    return list(known), np.array([numbers.get(value, -1) for value in values], np.int32)


def as_frame(columns: Mapping[str, Told], origin: Mapping[str, Any], index: pd.Index) -> pd.DataFrame:
    """The columns as pandas has them: few texts as categories, others as pandas' own text."""
    text: Any = pd.Series([""]).dtype  # what pandas itself gives text

    def series(told: Told) -> Any:
        if isinstance(told, Coded):
            return pd.Categorical.from_codes(told.places, categories=pd.Index(list(told.words), dtype=object))
        if isinstance(told, np.ndarray):
            return told
        if isinstance(told, list):
            return whole_texts(told).astype(text).array
        return text.__from_arrow__(told) if hasattr(text, "__from_arrow__") else told.to_pandas().array

    frame = pd.DataFrame({name: series(told) for name, told in columns.items()}, index=index)
    frame.attrs["drgsim"] = origin
    return frame


def as_table(columns: Mapping[str, Told], origin: Mapping[str, Any]) -> Any:
    """The columns as a pyarrow Table: few texts as dictionaries, others as large strings."""
    import pyarrow as pa

    def array(told: Told) -> Any:
        if isinstance(told, Coded):
            places = pa.array(told.places, mask=told.places < 0)
            return pa.DictionaryArray.from_arrays(places, pa.array(told.words, pa.string()))
        if isinstance(told, list):
            return pa.array(whole_texts(told), pa.large_string())
        return pa.array(told, from_pandas=True) if isinstance(told, np.ndarray) else told

    table = pa.table({name: array(told) for name, told in columns.items()})
    few = table.slice(0, 0).to_pandas()
    few.attrs["drgsim"] = origin  # pandas then has it again
    return table.replace_schema_metadata(pa.Schema.from_pandas(few, preserve_index=False).metadata)


def _reason_words(compiled: CompiledDip) -> list[str]:
    statuses = [word.value for word in STATUSES]
    return [*statuses, *compiled.ties, CATALOGUE_ORDER, ONLY_CANDIDATE, CLASS_ORDER, FALLBACK]


def _reasons(answers: Answers, compiled: CompiledDip) -> npt.NDArray[np.int64]:
    """The place of each case's reason among the words."""
    by_order = _reason_words(compiled).index(CATALOGUE_ORDER)
    fallback = np.isin(answers.pool, [POOLS.index(Pool.LETTER), POOLS.index(Pool.BLANK)])
    return np.select(
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
            len(STATUSES) + answers.decided.astype(np.int64),
            by_order + 2,
        ],
        default=by_order + 1,
    )


MOST_PICKED = 64  # procedures of a record that the kernel takes


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
    if (long := np.flatnonzero(np.diff(offsets) > MOST_PICKED)).size:
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
