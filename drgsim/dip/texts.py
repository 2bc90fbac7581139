"""The procedures of each case that its answer names and those it does not, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .answers import MATCHED, UNNAMED

if TYPE_CHECKING:
    import pandas as pd

_PACKED = 31  # procedures whose flags fit two bits each in an int64


def named_procedures(
    column: pd.Series[Any], offsets: npt.NDArray[np.int64], flags: npt.NDArray[np.uint8]
) -> tuple[list[str], list[str], npt.NDArray[np.int64]]:
    """Codes joined by `|` that answers name, codes that count but are not named, and whose they are.

    `column` holds the procedures as read; `offsets` and `flags` are those of their encoding. The texts
    are made once for each distinct record and answer; the last array says which each case has.
    """
    import pandas as pd

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
    """Rows as text; a list of codes is joined as text is."""
    import pandas as pd

    if isinstance(column.dtype, pd.StringDtype):
        return column
    values = column.to_numpy(dtype=object)
    lists = [isinstance(value, list | tuple | np.ndarray) for value in values]
    if any(lists):
        rows = zip(values, lists, strict=True)
        return np.array(["|".join(map(str, value)) if listed else "" for value, listed in rows], object)
    return column.astype(object).where(column.notna(), "").to_numpy(dtype=object)


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
