"""One raw column to one column of the case table: numbers, dates, coded values, text.

Each distinct text is read once; what cannot be read becomes missing and is reported, never guessed.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .columns import CaseColumn, text_dtype
from .layouts import Layout
from .units import UNITS, parse_duration
from .values import Value, spellings

if TYPE_CHECKING:
    import pandas as pd

# stripped around every cell; named, because pandas and Python do not agree on what white space is
BLANKS = " \t\r\n\v\f\u00a0\u3000\ufeff"
_INT32 = np.iinfo(np.int32)
_SUFFIX = re.compile(r"(岁|天|日|克|g|小时|元|分)$", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_DATE = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))"
    r"(?:[ T]*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?|(\d{2})(\d{2})(\d{2})?)?"
)


@dataclass(slots=True)
class Parsed:
    """A column read, and the rows where it could not be.

    Attributes
    ----------
    values : Series in the dtype of the case column
    problems : rule → (rows, texts)
    not_applicable : mask of rows that say the column does not apply to them, or None
    """

    values: pd.Series
    problems: dict[str, tuple[npt.NDArray[np.int64], list[str]]] = field(default_factory=dict)
    not_applicable: npt.NDArray[np.bool_] | None = None


def parse_column(raw: pd.Series, column: CaseColumn, layout: Layout, *, unit: str = "") -> Parsed:
    """Read `raw` (text, or typed) as `column`, by the layout's word on missing marks and values."""
    if column.kind == "text" and column.name not in layout.values and not spellings(column.name):
        return _text(raw, layout)
    dictionary = layout.values.get(column.name) or spellings(column.name)
    if not dictionary:
        direct = _typed(raw, column, unit)
        if direct is not None:
            return direct
    places, texts = _distinct(raw)
    marks = layout.missing | layout.text_missing | {""}
    blank = np.array([text in marks for text in texts] + [True])
    unapplied = np.array([text in layout.not_applicable for text in texts] + [False])
    known = dict(dictionary)
    if dictionary:
        values, rules = _look_up(texts, column, known)
    elif column.kind == "date":
        values, rules = _dates(texts)
    else:
        values, rules = _numbers(texts, column, unit)
    settled = blank | unapplied
    problems = {}
    for rule in sorted(set(rules) - {""}):
        wrong = np.array([name == rule for name in rules] + [False]) & ~settled
        rows = np.flatnonzero(wrong[places])
        if len(rows):
            problems[rule] = (rows, [texts[place] for place in places[rows].tolist()])
    mask = unapplied[places] if unapplied.any() else None
    settled |= np.array([bool(rule) for rule in rules] + [True])
    return Parsed(_taken(values, settled, places, column), problems, mask)


def plain_text(value: Any) -> str:
    """Any cell as text: whole floats lose their `.0`, which typed sources put there for missing values.

    >>> plain_text(12.0), plain_text("012"), plain_text(True)
    ('12', '012', '1')
    """
    if isinstance(value, str):
        return value.strip(BLANKS)
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def as_text(raw: pd.Series) -> pd.Series:
    """A raw column as stripped text, missing kept missing."""
    import pandas as pd

    if pd.api.types.is_string_dtype(raw.dtype) and raw.dtype != object:
        return raw.astype(text_dtype()).str.strip(BLANKS)
    cells = [None if _is_missing(cell) else plain_text(cell) for cell in raw.tolist()]
    return pd.Series(cells, index=raw.index, dtype=text_dtype())


def _text(raw: pd.Series, layout: Layout) -> Parsed:
    text = as_text(raw)
    unapplied = text.isin(layout.not_applicable).to_numpy(dtype=bool)
    lost = text.isin({*layout.text_missing, ""}).to_numpy(dtype=bool) | unapplied
    values = text.mask(lost) if lost.any() else text
    return Parsed(values, not_applicable=unapplied if unapplied.any() else None)


def _typed(raw: pd.Series, column: CaseColumn, unit: str) -> Parsed | None:
    """Numbers and dates that already have a type; None when the column must be read as text."""
    import pandas as pd

    if column.kind == "date" and pd.api.types.is_datetime64_any_dtype(raw.dtype):
        moments = raw.dt.tz_localize(None) if getattr(raw.dtype, "tz", None) is not None else raw
        return Parsed(moments.astype("datetime64[s]"))
    numeric = pd.api.types.is_numeric_dtype(raw.dtype) and not pd.api.types.is_bool_dtype(raw.dtype)
    if not column.is_number or not numeric or UNITS.get(unit or "g") is None:
        return None
    numbers = _scaled(raw.to_numpy(dtype=float, na_value=np.nan), unit)
    bad = np.isinf(numbers) | (_not_whole(numbers) if column.kind == "whole" else False)
    problems = {}
    if bad.any():
        rows = np.flatnonzero(bad)
        problems["unreadable"] = (rows, [repr(float(number)) for number in numbers[rows]])
    return Parsed(_series(numbers, np.isnan(numbers) | bad, column), problems)


def _distinct(raw: pd.Series) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Place of each row's text among the distinct texts; -1 for missing."""
    import pandas as pd

    codes, found = pd.factorize(raw)
    return codes.astype(np.int64), [plain_text(value) for value in np.asarray(found, dtype=object).tolist()]


def _look_up(
    texts: Sequence[str], column: CaseColumn, dictionary: Mapping[str, Value | None]
) -> tuple[npt.NDArray[Any], list[str]]:
    values: list[Value | None] = []
    rules: list[str] = []
    for text in texts:
        forms = (text, folded := _folded(text), re.sub(r"\.0+$", "", folded))
        key = next((form for form in forms if form in dictionary), None)
        value = None if key is None else dictionary[key]
        values.append(value)
        rules.append("" if value is not None else "value-unknown" if key is None else "value-undecided")
    return np.array([*values, None], dtype=object), rules


def _numbers(
    texts: Sequence[str], column: CaseColumn, unit: str
) -> tuple[npt.NDArray[np.float64], list[str]]:
    import pandas as pd

    if unit and UNITS[unit] is None:
        hours = [parse_duration(text) for text in texts]
        numbers = np.array([*(np.nan if hour is None else hour for hour in hours), np.nan])
    else:
        numbers = (
            pd.to_numeric(pd.Series([*texts, ""], dtype=object), errors="coerce").to_numpy(dtype=float).copy()
        )
        for place in np.flatnonzero(~np.isfinite(numbers[:-1])).tolist():
            numbers[place] = _number(texts[place])
        numbers = _scaled(numbers, unit)
    bad = ~np.isfinite(numbers)
    if column.kind == "whole":
        bad |= _not_whole(numbers)
    return numbers, ["unreadable" if wrong else "" for wrong in bad[:-1]]


def _number(text: str) -> float:
    """A number as people write it: full-width digits, thousands commas, a currency sign, the unit behind."""
    text = _SUFFIX.sub("", _folded(text).removeprefix("¥")).strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    try:
        value = (
            float(text)
            if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", text, re.IGNORECASE)
            else np.nan
        )
    except ValueError:
        return np.nan
    return value


def _dates(texts: Sequence[str]) -> tuple[npt.NDArray[np.datetime64], list[str]]:
    import pandas as pd

    cells = pd.Series([*texts, ""], dtype=object)
    moments = pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce").to_numpy().astype("datetime64[s]")
    for form in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d"):
        left = np.flatnonzero(np.isnat(moments))
        if len(left) > 1:
            found = pd.to_datetime(cells.iloc[left], format=form, errors="coerce")
            moments[left] = found.to_numpy().astype("datetime64[s]")
    for place in np.flatnonzero(np.isnat(moments[:-1])).tolist():
        moment = _moment(texts[place])
        if moment is not None:
            moments[place] = np.datetime64(moment, "s")
    return moments, ["unreadable" if wrong else "" for wrong in np.isnat(moments[:-1])]


def _moment(text: str) -> dt.datetime | None:
    """A date, or a moment, in any of the ways exports write year first."""
    match = _DATE.fullmatch(_folded(text))
    if match is None:
        return None
    parts = match.groups()
    month, day = (parts[1], parts[2]) if parts[1] else (parts[3], parts[4])
    clock = parts[5:8] if parts[5] else parts[8:11]
    try:
        hour, minute, second = (int(part or 0) for part in clock)
        return dt.datetime(int(parts[0]), int(month), int(day), hour, minute, second)
    except ValueError:
        return None


def _taken(
    values: npt.NDArray[Any], lost: npt.NDArray[np.bool_], places: npt.NDArray[np.int64], column: CaseColumn
) -> pd.Series:
    """The value of every row from the distinct values; the last of them stands for missing."""
    return _series(values[places], lost[places], column)


def _series(values: npt.NDArray[Any], lost: npt.NDArray[np.bool_], column: CaseColumn) -> pd.Series:
    import pandas as pd

    if column.kind == "whole":
        whole = np.where(lost, 0, values).astype(np.int32)
        return pd.Series(pd.arrays.IntegerArray(whole, lost.copy()))
    if column.kind == "flag":
        return pd.Series(pd.arrays.BooleanArray(np.where(lost, False, values).astype(bool), lost.copy()))
    if column.kind == "date":
        moments = values.astype("datetime64[s]").copy()
        moments[lost] = np.datetime64("NaT")
        return pd.Series(moments)
    if column.is_number:
        return pd.Series(np.where(lost, np.nan, values).astype(np.float64))
    texts = values.astype(object)
    texts[lost] = None
    return pd.Series(texts, dtype=text_dtype())


def _scaled(numbers: npt.NDArray[np.float64], unit: str) -> npt.NDArray[np.float64]:
    times, by = UNITS.get(unit) or (1, 1)
    # rounded, because 1.001 kg must be 1001 g
    return numbers if times == by else np.round(numbers * times / by, 9)


def _not_whole(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    finite = np.where(np.isfinite(numbers), numbers, 0)
    return (finite != np.floor(finite)) | (finite > _INT32.max) | (finite < _INT32.min)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _is_missing(cell: Any) -> bool:
    import pandas as pd

    return cell is None or (
        not isinstance(cell, str) and pd.api.types.is_scalar(cell) and bool(pd.isna(cell))
    )
