"""Numbers that say who someone is, found by what the cells hold: citizen numbers of 18 digits, telephones."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .columns import text_dtype
from .texts import is_missing, plain_text

if TYPE_CHECKING:
    import pandas as pd

Rows = npt.NDArray[np.int64]

_CITIZEN = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_PHONE = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d{9}(?![\d.])")
IDS = ("case_id", "record_number", "stay_id", "settlement_id", "patient_id")
_WEIGHTS, _CHECK = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
_SHORTEST = 11


def names_a_person(text: str) -> bool:
    """Whether a text holds a citizen number (its check digit counts) or a mobile telephone number.

    >>> [names_a_person(text) for text in ("某 11010519491231002X", "13800138000", "20240105103000123")]
    [True, True, False]
    """
    return holds_citizen_number(text) or _PHONE.search(text) is not None


def holds_citizen_number(text: str) -> bool:
    """Whether a text holds a citizen number with its right check digit."""
    return any(_checks(match[0]) for match in _CITIZEN.finditer(text))


def mostly_personal(cells: Sequence[str]) -> bool:
    """Whether most of the filled cells of a column name persons."""
    return bool(cells) and sum(map(names_a_person, cells)) * 2 > len(cells)


def without_numbers(column: Any) -> tuple[Any, Rows]:
    """A column (Arrow array or Series) with the cells that name persons emptied, and their rows."""
    rows = suspects(column)
    if not rows.size:
        return column, rows
    if hasattr(column, "iloc"):
        copy = column.copy()
        copy.iloc[rows] = None
        return copy, rows
    import pyarrow as pa
    import pyarrow.compute as pc

    mask = np.zeros(len(column), dtype=bool)
    mask[rows] = True
    return pc.if_else(pa.array(mask), pa.scalar(None, column.type), column), rows


def pseudonyms(ids: pd.Series) -> tuple[pd.Series, Rows]:
    """Ids of stays or persons with citizen numbers replaced by codes: the same number, the same code."""
    import pandas as pd

    places, distinct = pd.factorize(ids)
    texts = [plain_text(text) for text in distinct]
    held = np.array([*(len(text) >= 18 and holds_citizen_number(text) for text in texts), False], dtype=bool)
    rows = np.flatnonzero(held[places])
    if not rows.size:
        return ids, rows
    coded = [_code_of(text) if wrong else text for text, wrong in zip(texts, held, strict=False)]
    cells = np.array([*coded, None], dtype=object)
    return pd.Series(cells[places], index=ids.index, dtype=text_dtype()), rows


def suspects(column: Any) -> Rows:
    """Rows whose cell names a person; numbers are looked at as text."""
    if hasattr(column, "iloc"):
        cells = ["" if is_missing(cell) else plain_text(cell) for cell in column.tolist()]
        found = [row for row, text in enumerate(cells) if len(text) >= _SHORTEST and names_a_person(text)]
        return np.array(found, dtype=np.int64)
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_integer(column.type):
        column = column.cast(pa.string())
    elif not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return np.empty(0, dtype=np.int64)
    if not len(column) or (pc.max(pc.binary_length(column)).as_py() or 0) < _SHORTEST:
        return np.empty(0, dtype=np.int64)
    likely = pc.fill_null(pc.match_substring_regex(column, r"1[3-9]\d{9}|[1-9]\d{16}[\dXx]"), False)
    rows = np.flatnonzero(likely.to_numpy(zero_copy_only=False))
    if not rows.size:
        return rows
    texts = column.take(pa.array(rows)).to_pylist()
    return rows[[names_a_person(text) for text in texts]]


def _checks(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECK[total % 11] == number[-1].upper()


def _code_of(text: str) -> str:
    return "id-" + hashlib.blake2b(text.strip().upper().encode("utf-8", "replace"), digest_size=6).hexdigest()
