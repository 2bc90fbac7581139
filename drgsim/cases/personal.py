"""What says who someone is: citizen numbers and telephones found by what the cells hold, and the names of
doctors, which become codes that name nobody at a glance."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._kernels._cells import numbers_of_persons
from .._optional import installed
from .columns import case_columns, text_dtype
from .texts import buffers, is_missing, one_array, plain_text

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

_CITIZEN = re.compile(r"(?<![\d.])(?=([1-9](?:[\s\-]?\d){16}[\s\-]?[\dXx])(?!\d))")
_PLACE, _DAY = (
    r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])\d{4}",
    r"\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])",
)
_BIRTH = re.compile(rf"[1-9]\d{{5}}(?:18|19|20){_DAY}\d{{3}}[\dXx]")
# a spreadsheet keeps fifteen digits of a number; no citizen number ends in 000 of itself
_ROUNDED = re.compile(rf"{_PLACE}(?:19|20){_DAY}\d000")
_OLD = re.compile(rf"{_PLACE}{_DAY}\d{{3}}")
_POWER = re.compile(r"([1-9])\.(\d{13,})e\+?17", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<!\d)(?<!\d\.)(?:(?:\+|00)?86[\s\-]?)?(?:1[3-9]\d[\s\-]?\d{8}|1[3-9]\d[\s\-]\d{4}[\s\-]\d{4}"
    r"|1[3-9]\d\d[\s\-](?:\d{3}[\s\-]\d{4}|\d{4}[\s\-]\d{3})|1[3-9]\d[\s\-]\d{3}[\s\-]\d{5}"
    r"|0\d{2,3}-[2-9]\d{6,7})(?!\d|\.\d)"
)
_D, _GAP = "[0-9０-９]", r"[\pZ\p{Pd}\t]?"
_DIGITS = "|".join((  # the same, as Arrow looks for them in either width: few other cells fit
    rf"(?:^|[^0-9０-９])(?:(?:00)?[8８][6６]{_GAP})?[1１][3-9３-９]{_D}(?:{_GAP}{_D}){{8}}(?:$|[^0-9０-９])",
    rf"(?:^|[^0-9０-９])[0０]{_D}{{2,3}}\p{{Pd}}[2-9２-９]{_D}{{6,7}}(?:$|[^0-9０-９])",
    rf"[1-9１-９](?:{_GAP}{_D}){{5}}{_GAP}(?:[1１]{_GAP}[89８９]|[2２]{_GAP}[0０])(?:{_GAP}{_D}){{2}}"
    rf"{_GAP}[01０１]{_GAP}{_D}{_GAP}[0-3０-３](?:{_GAP}{_D}){{4}}{_GAP}[0-9０-９XxＸｘ]",
    r"[1-9][.][0-9]{13,17}[eE]",
))  # fmt: skip
IDS = ("case_id", "record_number", "stay_id", "settlement_id", "patient_id", "hospital_id")
_WEIGHTS, _CHECK = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
LEAST_PHONE = 13e9  # yuan: no stay costs what a telephone number would be as an amount
SHORTEST = 11  # characters
_GOT_LENGTH = 60  # characters shown of a value; longer ones end in …


def names_a_person(text: str) -> bool:
    """Whether a text holds a citizen number (its check digit counts) or a telephone number, in either width
    and with blanks or dashes between the digits.

    >>> [names_a_person(text) for text in ("某 11010519491231002X", "138 0013 8000", "20240105103000123")]
    [True, True, False]
    """
    return holds_citizen_number(text) or _PHONE.search(_one_width(text)) is not None


def _one_width(text: str) -> str:
    return text if text.isascii() else re.sub("[‐-―−]", "-", unicodedata.normalize("NFKC", text))


def short(got: str) -> str:
    """A cell as a problem quotes it: cut where it is long, not at all where it names a person.

    >>> short("x"), short("13800138000"), len(short("x" * 500))
    ('x', '(hidden)', 60)
    """
    if len(got) >= SHORTEST and names_a_person(got):
        return "(hidden)"
    return got if len(got) <= _GOT_LENGTH else got[: _GOT_LENGTH - 1] + "…"


def holds_citizen_number(text: str) -> bool:
    """Whether a text holds a citizen number with its right check digit, or one that a spreadsheet took for a
    number and rounded."""
    text = _one_width(text)
    if power := _POWER.search(text):  # 1.1010519491231E+17
        text = _unrounded(power)
    found = (re.sub(r"[\s\-]", "", match[1]) for match in _CITIZEN.finditer(text))
    return any(_BIRTH.fullmatch(each) and (_checks(each) or _ROUNDED.fullmatch(each)) for each in found)


def _unrounded(power: re.Match[str]) -> str:
    return f"{(power[1] + power[2])[:15]:0<18}"


def mostly_personal(cells: Sequence[str]) -> bool:
    """Whether most of the filled cells of a column name persons; citizen numbers of fifteen digits, which
    have no check digit, count here alone."""
    named = (names_a_person(text) or _OLD.fullmatch(_one_width(text)) for text in cells)
    return bool(cells) and sum(map(bool, named)) * 2 > len(cells)


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
    """Empties what names persons in the columns of words, of lists of words and of money, in place; the
    columns and their rows. The other words of a list keep their places."""
    told = []
    for name, column in case_columns().items():
        if name not in parts or name in (*IDS, *STAFF):
            continue
        if column.kind == "list":
            parts[name], rows = _without_pieces(parts[name])
        elif column.kind == "text" or (column.kind == "money" and _largest(parts[name]) >= LEAST_PHONE):
            parts[name], rows = without_numbers(parts[name])
        else:
            continue
        told += [(name, rows)] if rows.size else []
    return told


def _largest(column: Any) -> float:
    if hasattr(column, "iloc"):
        largest = column.max()
    else:
        import pyarrow.compute as pc

        largest = pc.max(column).as_py()
    return 0.0 if is_missing(largest) else float(largest)


def _without_pieces(column: Any) -> tuple[Any, Rows]:
    """A column of texts joined by `|` without those that name persons, and its rows that held one."""
    rows = suspects(column)
    if not rows.size:
        return column, rows
    if hasattr(column, "iloc"):
        copy = column.copy()
        copy.iloc[rows] = [unnamed(str(text)) or None for text in column.iloc[rows].tolist()]
        return copy, rows
    import pyarrow as pa
    import pyarrow.compute as pc

    if str(column.type).endswith("_view"):
        column = column.cast(pa.string())
    mask = np.zeros(len(column), dtype=bool)
    mask[rows] = True
    clean = [unnamed(text) or None for text in column.take(pa.array(rows)).to_pylist()]
    return pc.replace_with_mask(column, pa.array(mask), pa.array(clean, column.type)), rows


def unnamed(text: str) -> str:
    """Texts joined by `|` without those that name a person, their places left empty."""
    kept = "|".join("" if names_a_person(part) else part for part in text.split("|"))
    return "" if names_a_person(kept) else kept.rstrip("|")


def pseudonyms(ids: pd.Series) -> tuple[pd.Series, Rows]:
    """Ids of stays or persons with citizen numbers, and those that are a telephone number and no more,
    replaced by codes: the same number, the same code, however it is written."""
    import pandas as pd

    rows, texts = _likely(ids)
    held = np.array(
        [holds_citizen_number(text) or _PHONE.fullmatch(_one_width(text)) is not None for text in texts],
        dtype=bool,
    )
    rows = rows[held] if rows.size else rows
    if not rows.size:
        return ids, rows
    cells = np.array([None if is_missing(cell) else plain_text(cell) for cell in ids.tolist()], dtype=object)
    cells[rows] = [_code_of(text) for text in cells[rows]]
    return pd.Series(cells, index=ids.index, dtype=text_dtype()), rows


def is_asked_for(ids: pd.Series, asked: Any) -> npt.NDArray[np.bool_]:
    """The rows of the id that was asked for, as the source has it or as the code that stands for it."""
    import pandas as pd

    found = (ids == asked).to_numpy(dtype=bool, na_value=False)
    code = pseudonyms(pd.Series([str(asked)]))[0][0]
    return found | (ids == code).to_numpy(dtype=bool, na_value=False)


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
    if column is None or not len(column):
        return none
    whole = one_array(column)
    rows = np.empty(len(whole), dtype=np.int64)
    rows = rows[: numbers_of_persons(*buffers(whole), rows)]  # these and perhaps a few more
    if not rows.size:
        return none
    texts = whole.take(pa.array(rows))
    likely = pc.fill_null(pc.match_substring_regex(texts, _DIGITS), False)
    fits = likely.to_numpy(zero_copy_only=False)
    return rows[fits], [plain_text(text) for text in texts.filter(likely).to_pylist()]


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
        told = pc.if_else(whole, numbers, None).cast(pa.int64())
        if pa.types.is_floating(kind):  # which holds no eighteen digits
            rounded = pc.multiply(pc.divide(told, 1000), 1000)
            told = pc.if_else(pc.greater_equal(told, 10**17), rounded, told)
        else:
            told = pc.if_else(whole, column, None).cast(pa.decimal128(38, 0), safe=False).cast(pa.int64())
        column = told
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
    """The code of an id. One that a spreadsheet rounded says so: other stays may have the same."""
    told = re.sub(r"(?<=\d)[\s\-](?=[\dXx])", "", _one_width(text.strip())).upper()
    power = _POWER.search(told)
    if power:
        told = _unrounded(power)
    rounded = power or (_ROUNDED.fullmatch(told) and not _checks(told))
    digest = hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=6).hexdigest()
    return f"id-rounded-{digest}" if rounded else f"id-{digest}"
