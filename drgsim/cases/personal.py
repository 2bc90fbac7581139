"""What says who someone is: citizen numbers and telephones found by what the cells hold, and the names of
doctors, which become codes that name nobody at a glance."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._optional import installed
from .columns import case_columns, text_dtype
from .texts import is_missing, plain_text

if TYPE_CHECKING:
    import pandas as pd


STAFF = ("doctor", "surgeon")
_A_CODE = re.compile(r"[\x21-\x7e]*\d[\x21-\x7e]*")  # a number, with or without letters; a name has no digit


def staff_codes(column: pd.Series) -> tuple[pd.Series, int]:
    """The column with names as codes, and how many cells were names; missing stays missing.

    >>> import pandas as pd
    >>> staff_codes(pd.Series(["D0123", "王医生", None]))[0].tolist()[:2]
    ['D0123', '医师-d179f7']
    """
    import pandas as pd

    places, distinct = pd.factorize(column)
    texts = [str(text) for text in distinct]
    is_code = [_A_CODE.fullmatch(text) and not names_a_person(text) for text in texts]
    coded = [text if code else _staff_code_of(text) for text, code in zip(texts, is_code, strict=True)]
    named = np.array([*(text != code for text, code in zip(texts, coded, strict=True)), False])
    if not named.any():
        return column, 0
    cells = np.array([*coded, None], dtype=object)[places]
    return pd.Series(cells, index=column.index, dtype=text_dtype()), int(named[places].sum())


def _staff_code_of(name: str) -> str:
    return (
        "医师-" + hashlib.blake2b("".join(name.split()).encode("utf-8", "replace"), digest_size=3).hexdigest()
    )


Rows = npt.NDArray[np.int64]

_CITIZEN = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_PHONE = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d(?:\d{8}|([- ])\d{4}\1\d{4})(?![\d.])")
_DIGITS = r"1[3-9]\pN(\pN{8}|[- ]\pN{4}[- ]\pN{4})|[1-9]\pN{16}[\pNXx]"  # what either of them begins with
IDS = ("case_id", "record_number", "stay_id", "settlement_id", "patient_id", "hospital_id")
_WEIGHTS, _CHECK = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
SHORTEST = 11  # characters
_GOT_LENGTH = 60  # characters shown of a value; longer ones end in …


def names_a_person(text: str) -> bool:
    """Whether a text holds a citizen number (its check digit counts) or a mobile telephone number.

    >>> [names_a_person(text) for text in ("某 11010519491231002X", "13800138000", "20240105103000123")]
    [True, True, False]
    """
    return holds_citizen_number(text) or _PHONE.search(text) is not None


def short(got: str) -> str:
    """A cell as a problem quotes it: cut where it is long, not at all where it names a person.

    >>> short("x"), short("13800138000"), len(short("x" * 500))
    ('x', '(hidden)', 60)
    """
    if len(got) >= SHORTEST and names_a_person(got):
        return "(hidden)"
    return got if len(got) <= _GOT_LENGTH else got[: _GOT_LENGTH - 1] + "…"


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

    if str(column.type).endswith("_view"):
        column = column.cast(pa.string())  # what is asked below is not known of views
    mask = np.zeros(len(column), dtype=bool)
    mask[rows] = True
    return pc.if_else(pa.array(mask), pa.scalar(None, column.type), column), rows


def hide(parts: dict[str, Any]) -> list[tuple[str, Rows]]:
    """Empties the cells that name persons in the columns of words, in place; the columns and their rows."""
    told = []
    for name, column in case_columns().items():
        if column.kind == "text" and name in parts and name not in (*IDS, *STAFF):
            parts[name], rows = without_numbers(parts[name])
            told += [(name, rows)] if rows.size else []
    return told


def pseudonyms(ids: pd.Series) -> tuple[pd.Series, Rows]:
    """Ids of stays or persons with citizen numbers replaced by codes: the same number, the same code."""
    import pandas as pd

    rows, texts = _likely(ids)
    held = np.array([len(text) >= 18 and holds_citizen_number(text) for text in texts], dtype=bool)
    rows = rows[held] if rows.size else rows
    if not rows.size:
        return ids, rows
    cells = np.array([None if is_missing(cell) else plain_text(cell) for cell in ids.tolist()], dtype=object)
    cells[rows] = [_code_of(text) for text in cells[rows]]
    return pd.Series(cells, index=ids.index, dtype=text_dtype()), rows


def suspects(column: Any) -> Rows:
    """Rows whose cell names a person; numbers are looked at as text."""
    rows, texts = _likely(column)
    return rows[np.array([names_a_person(text) for text in texts], dtype=bool)] if rows.size else rows


def _likely(column: Any) -> tuple[Rows, list[str]]:
    """Rows of an Arrow array or a Series whose digits are worth a closer look, and their texts."""
    none: tuple[Rows, list[str]] = np.empty(0, dtype=np.int64), []
    if hasattr(column, "iloc"):
        array = _as_arrow(column)
        if array is None:
            cells = ["" if is_missing(cell) else plain_text(cell) for cell in column.tolist()]
            rows = np.flatnonzero([len(text) >= SHORTEST for text in cells])
            return rows, [cells[row] for row in rows.tolist()]
        column = array
    import pyarrow as pa
    import pyarrow.compute as pc

    column = _told(column)
    if column is None or not len(column) or (pc.max(pc.binary_length(column)).as_py() or 0) < SHORTEST:
        return none
    likely = pc.fill_null(pc.match_substring_regex(column, _DIGITS), False)
    rows = np.flatnonzero(likely.to_numpy(zero_copy_only=False))
    return rows, [plain_text(text) for text in column.take(pa.array(rows)).to_pylist()]


def _told(column: Any) -> Any | None:
    """An Arrow array as text, numbers without a needless `.0`; None for what holds neither."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = column.cast(pa.float64())
        whole = pc.and_(pc.less(pc.abs(numbers), 1e18), pc.equal(pc.floor(numbers), numbers))
        column = pc.if_else(whole, numbers, None).cast(pa.int64())
        kind = column.type
    if pa.types.is_integer(kind) or str(kind) in ("string_view", "binary_view"):
        return column.cast(pa.string())
    return column if pa.types.is_string(kind) or pa.types.is_large_string(kind) else None


def _as_arrow(series: pd.Series) -> Any | None:
    """A Series of texts in Arrow memory; None where it holds anything else, or without pyarrow."""
    import pandas as pd

    if not isinstance(series.dtype, pd.StringDtype) or not installed("pyarrow"):
        return None
    import pyarrow as pa

    try:
        array = pa.array(series, from_pandas=True)
    except (pa.ArrowInvalid, UnicodeError):  # halves of surrogate pairs
        return None
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _checks(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECK[total % 11] == number[-1].upper()


def _code_of(text: str) -> str:
    return "id-" + hashlib.blake2b(text.strip().upper().encode("utf-8", "replace"), digest_size=6).hexdigest()
