"""Columns of the case table straight from Arrow memory, where their cells are as plain as most files' are.

Each function gives exactly what `parse` and `code_columns` give, or None: then those take the column. No row
becomes a Python object; of coded values and dates each distinct text does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .._kernels._cells import has_plain_edges
from .columns import CaseColumn
from .layout import Layout
from .list_places import ListPlaces
from .measures import UNITS
from .parse import Parsed, by_distinct
from .spelt import coded, dates, not_whole, scaled
from .texts import BLANKS, buffers, one_array
from .values import spellings

Mask = npt.NDArray[np.bool_]
ArrowColumn = tuple[Any, Mask | None, list[tuple[str, npt.NDArray[np.int64], list[str]]]]

_DIGITS = b"0123456789.-"


def arrow_column(array: Any, column: CaseColumn, layout: Layout, unit: str) -> ArrowColumn | None:
    """The column as an Arrow array; the rows it does not apply to, None for none; problems as in `Parsed`."""
    import pyarrow as pa

    whole = one_array(array)
    kind = whole.type
    dictionary = layout.values.get(column.name) or spellings(column.name)
    if dictionary:
        if not (is_text(kind) or pa.types.is_integer(kind)):
            return None
        return _distinct(whole, column, layout, lambda texts: coded(texts, dictionary))
    if column.kind == "text":
        return _text(whole, layout)
    if column.kind == "date":
        if is_text(kind):
            return _distinct(whole, column, layout, lambda texts: dates(texts, serial=True))
        return (whole.cast(pa.timestamp("s")), None, []) if pa.types.is_date(kind) else None
    if not column.is_number or (unit and UNITS[unit] is None) or unit == "months":
        return None
    return _numbers(whole, column, layout, unit)


def is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def trimmed(array: Any) -> Any:
    """Texts without blanks around them; the same array when no text begins or ends with anything but a plain
    sign."""
    import pyarrow.compute as pc

    return array if has_plain_edges(*buffers(array)) else pc.utf8_trim(array, characters=BLANKS)


def with_texts(array: Any, rows: npt.NDArray[np.int64], new: Any) -> Any:
    """The texts with others at these rows; between a few rows they are copied in one piece."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(rows) > len(array) // 100:
        mask = np.zeros(len(array), dtype=bool)
        mask[rows] = True
        return pc.replace_with_mask(array, pa.array(mask), new)
    starts = [0, *(rows + 1).tolist()]
    between = [
        array.slice(start, end - start)
        for start, end in zip(starts, [*rows.tolist(), len(array)], strict=True)
    ]
    parts = [part for place in range(len(rows)) for part in (between[place], new.slice(place, 1))]
    return pa.concat_arrays([*parts, between[-1]])


def slots_joined(chunk: Any, places: ListPlaces, layout: Layout) -> Any | None:
    """The codes of several columns joined by `|`, places kept; None when they are not all plain text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if any(place is not None for place in places.attached):
        return None
    blank = {*layout.missing, *layout.text_missing, *layout.not_applicable}
    pieces = []
    for place in places.slots:
        if place is None:
            pieces.append(pa.repeat(pa.scalar("", pa.large_string()), chunk.rows))
            continue
        array = one_array(chunk.arrow[place])
        if not is_text(array.type):
            return None
        codes = pc.fill_null(trimmed(array.cast(pa.large_string())), "")
        lost = _marked(codes, blank)
        pieces.append(codes if lost is None else pc.if_else(pa.array(lost), "", codes))
    joined = pc.binary_join_element_wise(*pieces, pa.scalar("|", pa.large_string()))
    return pc.ascii_rtrim(joined, characters="|")


def _distinct(array: Any, column: CaseColumn, layout: Layout, read: Any) -> ArrowColumn:
    """The distinct values are read, and each row takes its own."""
    import pyarrow as pa

    told = array.dictionary_encode()
    texts = told.dictionary.to_pylist()
    parsed = by_distinct(np.arange(len(texts)), texts, column, layout, read)
    values = pa.array(parsed.values, from_pandas=True).take(told.indices)
    unapplied = None
    problems = []
    if parsed.not_applicable.any() or parsed.problems or parsed.told:
        places = told.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
        unapplied = np.append(parsed.not_applicable, False)[places]
        for rule, wrong, got in [*parsed.problems, *parsed.told]:
            said = dict(zip(wrong.tolist(), got, strict=True))
            rows = np.flatnonzero(np.isin(places, wrong))
            problems.append((rule, rows, [said[place] for place in places[rows].tolist()]))
    return values, unapplied if unapplied is not None and unapplied.any() else None, problems


def as_arrow(parsed: Parsed) -> ArrowColumn:
    """What pandas read, as an Arrow array; NaN is missing."""
    import pyarrow as pa

    unapplied = parsed.not_applicable
    told = [*parsed.problems, *parsed.told]
    return pa.array(parsed.values, from_pandas=True), unapplied if unapplied.any() else None, told


def _text(array: Any, layout: Layout) -> ArrowColumn | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_integer(array.type):
        array = array.cast(pa.string())
    elif not is_text(array.type):
        return None
    texts = trimmed(array)
    unapplied = _marked(texts, layout.not_applicable)
    lost = _marked(texts, {*layout.text_missing, *layout.not_applicable, ""})
    return (texts if lost is None else pc.if_else(pa.array(lost), None, texts)), unapplied, []


def _numbers(array: Any, column: CaseColumn, layout: Layout, unit: str) -> ArrowColumn | None:
    import pyarrow as pa

    times, by = UNITS.get(unit) or (1, 1)
    target = pa.int32() if column.kind == "whole" else pa.float64()
    unapplied = None
    if is_text(array.type):
        read = _digits_alone(array, layout) or _spelt_numbers(array, layout)
        if read is None:
            return None
        array, unapplied = read
    elif not (pa.types.is_integer(array.type) or pa.types.is_floating(array.type)):
        return None
    try:
        if times == by and not (pa.types.is_floating(array.type) and column.kind == "whole"):
            numbers = array.cast(target)
        else:
            found = scaled(array.cast(pa.float64()).to_numpy(zero_copy_only=False), unit)
            if column.kind == "whole" and not_whole(found).any():
                return None
            numbers = pa.array(found, from_pandas=True).cast(target)
    except pa.ArrowInvalid:  # a number that does not fit is a problem to report
        return None
    if column.kind != "whole":
        values = numbers.to_numpy(zero_copy_only=False)
        if np.isinf(values).any():
            return None
        if np.isnan(values).sum() > numbers.null_count:
            numbers = pa.array(values, from_pandas=True)
    return numbers, unapplied, []


def _digits_alone(array: Any, layout: Layout) -> tuple[Any, Mask | None] | None:
    """Texts of up to nine digits as whole numbers; None where any is something else, or a mark."""
    import pyarrow as pa

    if any(mark.isdigit() for mark in (*layout.missing, *layout.text_missing, *layout.not_applicable)):
        return None
    text, offsets = buffers(array)
    lengths = np.diff(offsets)
    if not len(lengths) or array.null_count or lengths.min() < 1 or lengths.max() > 9:
        return None
    if text.min() < _DIGITS[0] or text.max() > _DIGITS[9]:
        return None
    return array.cast(pa.int32()), None


def _spelt_numbers(array: Any, layout: Layout) -> tuple[Any, Mask | None] | None:
    """Texts of plain digits as floats, marks of missing left out; None when there are other texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    unapplied = _marked(array, layout.not_applicable)
    marks = {*layout.missing, *layout.text_missing, *layout.not_applicable, ""}
    lost = _marked(array, marks)
    left = array if lost is None else pc.if_else(pa.array(lost), None, array)
    text, _ = buffers(pc.drop_null(left))
    if text.tobytes().translate(None, _DIGITS):
        return None
    try:
        return left.cast(pa.float64()), unapplied
    except pa.ArrowInvalid:
        return None


def _marked(array: Any, marks: Any) -> Mask | None:
    """Which texts are among `marks`; None when none is. Texts longer than all marks are not looked at."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not marks or not len(array):
        return None
    _, offsets = buffers(array)
    short = np.diff(offsets) <= max(len(mark.encode()) for mark in marks)
    if not short.any():
        return None
    rows = np.flatnonzero(short)
    among = array if len(rows) > len(array) // 2 else array.take(pa.array(rows))
    held = pc.is_in(among, value_set=pa.array(sorted(marks), array.type))
    found = held.to_numpy(zero_copy_only=False) & pc.is_valid(among).to_numpy(zero_copy_only=False)
    if not found.any():
        return None
    if among is array:
        return found.copy()
    mask = np.zeros(len(array), dtype=bool)
    mask[rows] = found
    return mask
