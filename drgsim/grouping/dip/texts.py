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
    records, texts = pd.factorize(_as_text(column))
    counts = np.diff(offsets)
    packed = _pack(counts, offsets, flags)
    _, first, which = np.unique(
        np.column_stack((records, packed)), axis=0, return_index=True, return_inverse=True
    )
    rows = np.concatenate((first, np.flatnonzero(counts > _PACKED)))  # long records one by one
    named, unnamed = [], []
    for row in rows.tolist():
        record = texts[records[row]] if records[row] >= 0 else ""
        pieces = [piece for place, piece in enumerate(record.split("|")) if piece or place == 0]
        own = flags[offsets[row] : offsets[row + 1]].tolist()
        named.append(_joined(pieces, own, MATCHED))
        unnamed.append(_joined(pieces, own, UNNAMED))
    place = which.ravel()
    place[counts > _PACKED] = np.arange(len(first), len(rows))
    return named, unnamed, place


def _as_text(column: pd.Series[Any]) -> Any:
    """Rows as text; a list of codes is joined as text is."""
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
