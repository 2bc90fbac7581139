"""One raw column to one column of the case table.

Each distinct text is read once; what cannot be read becomes missing and is reported, never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .columns import CaseColumn, text_dtype
from .layout import Layout
from .measures import UNITS
from .spelt import coded, dates, not_whole, numbers, scaled
from .texts import as_text, plain_text
from .values import spellings

if TYPE_CHECKING:
    import pandas as pd


@dataclass(slots=True)
class Parsed:
    """A column read, and the rows where it could not be.

    Attributes
    ----------
    values : Series in the dtype of the case column
    problems : rule, rows, and the texts that stood there
    told : the same for cells that were read, but not as they stand
    also : what else the cells say, by row: `days` (float64, NaN) of an age, `weights` (tuples, None)
    not_applicable : rows that say the column does not apply to them
    """

    values: pd.Series
    not_applicable: npt.NDArray[np.bool_]
    problems: list[tuple[str, npt.NDArray[np.int64], list[str]]] = field(default_factory=list)
    told: list[tuple[str, npt.NDArray[np.int64], list[str]]] = field(default_factory=list)
    also: dict[str, npt.NDArray[Any]] = field(default_factory=dict)


def parse_column(
    raw: pd.Series, column: CaseColumn, layout: Layout, *, unit: str = "", serial: bool = False
) -> Parsed:
    """Read `raw` (text, or typed) as `column`, by the layout's word on missing marks and values. `serial`
    says whether a number in a column of dates may be a spreadsheet's number of a day."""
    dictionary = layout.values.get(column.name) or spellings(column.name)
    if dictionary:
        return _by_texts(raw, column, layout, lambda texts: coded(texts, dictionary))
    if column.kind in ("text", "list"):
        return _text(raw, layout)
    typed = _typed(raw, column, unit)
    if typed is not None:
        return typed
    if column.kind == "date":
        return _by_texts(raw, column, layout, lambda texts: dates(texts, serial=serial))
    return _by_texts(raw, column, layout, lambda texts: numbers(texts, unit=unit, column=column))


def _text(raw: pd.Series, layout: Layout) -> Parsed:
    text = as_text(raw)
    unapplied = text.isin(layout.not_applicable).to_numpy(dtype=bool)
    lost = text.isin({*layout.text_missing, ""}).to_numpy(dtype=bool) | unapplied
    return Parsed(text.mask(lost) if lost.any() else text, unapplied)


def _typed(raw: pd.Series, column: CaseColumn, unit: str) -> Parsed | None:
    """Numbers and dates that already have a type; None when the column must be read as text."""
    import pandas as pd

    never = np.zeros(len(raw), dtype=bool)
    if column.kind == "date" and pd.api.types.is_datetime64_any_dtype(raw.dtype):
        moments = raw.dt.tz_localize(None) if getattr(raw.dtype, "tz", None) is not None else raw
        return Parsed(moments.astype("datetime64[s]"), never)
    numeric = pd.api.types.is_numeric_dtype(raw.dtype) and not pd.api.types.is_bool_dtype(raw.dtype)
    numeric = numeric and not pd.api.types.is_complex_dtype(raw.dtype)
    if not column.is_number or not numeric or (unit and UNITS[unit] is None):
        return None
    found = scaled(raw.to_numpy(dtype=float, na_value=np.nan), unit)
    bad = np.isinf(found) | (not_whole(found) if column.kind == "whole" else False)
    parsed = Parsed(_series(found, np.isnan(found) | bad, column), never)
    if bad.any():
        rows = np.flatnonzero(bad)
        parsed.problems.append(("unreadable", rows, [repr(value) for value in found[rows].tolist()]))
    return parsed


def _by_texts(raw: pd.Series, column: CaseColumn, layout: Layout, read: Any) -> Parsed:
    import pandas as pd

    try:
        codes, distinct = pd.factorize(raw)
    except TypeError:  # lists and the like in some cells: no text, and no reason to lose the others
        flat = [cell if pd.api.types.is_scalar(cell) else f"({type(cell).__name__})" for cell in raw.tolist()]
        codes, distinct = pd.factorize(pd.Series(flat, dtype=object))
    return by_distinct(
        codes.astype(np.int64), np.asarray(distinct, dtype=object).tolist(), column, layout, read
    )


def by_distinct(
    places: npt.NDArray[np.int64], distinct: Sequence[Any], column: CaseColumn, layout: Layout, read: Any
) -> Parsed:
    """Read the distinct values, then give each row its own; place -1 is missing."""
    texts = [plain_text(value) for value in distinct]
    values, rules, *more = read(texts)
    marks = layout.missing | layout.text_missing | {""}
    unapplied = np.array([text in layout.not_applicable for text in texts] + [False])
    settled = np.array([text in marks for text in texts] + [True]) | unapplied
    broken = np.array([*rules, ""], dtype=object)
    lost = settled | (broken != "")
    parsed = Parsed(_series(values[places], lost[places], column), unapplied[places])
    for rule in sorted({*broken[~settled]} - {""}):
        rows = np.flatnonzero(((broken == rule) & ~settled)[places])
        parsed.problems.append((rule, rows, [texts[place] for place in places[rows].tolist()]))
    said = np.array([*(more[0] if more else [""] * len(texts)), ""], dtype=object)
    for rule in sorted({*said[~lost]} - {""}):
        rows = np.flatnonzero(((said == rule) & ~lost)[places])
        parsed.told.append((rule, rows, [texts[place] for place in places[rows].tolist()]))
    parsed.also = {name: cells[places] for name, cells in (more[1] if len(more) > 1 else {}).items()}
    return parsed


def _series(values: npt.NDArray[Any], lost: npt.NDArray[np.bool_], column: CaseColumn) -> pd.Series:
    import pandas as pd

    if column.kind == "whole":
        return pd.Series(pd.arrays.IntegerArray(np.where(lost, 0, values).astype(np.int32), lost.copy()))
    if column.kind == "flag":
        return pd.Series(pd.arrays.BooleanArray(np.where(lost, False, values).astype(bool), lost.copy()))
    if column.kind == "date":
        moments = values.astype("datetime64[s]")
        moments[lost] = np.datetime64("NaT")
        return pd.Series(moments)
    if column.is_number:
        return pd.Series(np.where(lost, np.nan, values).astype(np.float64))
    texts = values.astype(object)
    texts[lost] = None
    return pd.Series(texts, dtype=text_dtype())
