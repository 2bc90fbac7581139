"""The answers in words: a frame with one row a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._optional import require
from ..errors import ArgumentError
from .account import CATALOGUE_ORDER
from .answers import BY_CATALOGUE_ORDER, Answers, EncodedCases
from .compile import CompiledDip
from .conditions import print_conditions
from .prepared import Prepared, code_of_answer
from .texts import named_procedures
from .words import CLASSES, POOLS, STATUSES, Pool

if TYPE_CHECKING:
    import pandas as pd

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
    import pandas as pd

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
    import pandas as pd

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
    import pandas as pd

    if dtype != "category":
        return pd.Series(values, dtype=dtype).array.take(np.where(places < 0, len(values) - 1, places))
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
