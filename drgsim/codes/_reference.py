"""The readable twin of the encoder: split and look up, one row at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .code_lists import EMPTY, UNKNOWN, CodeLists
from .columns import ALLOWED, LIST
from .errors import CodeColumnError


def encode(column: Any, ids: Mapping[str, int]) -> CodeLists:
    """As `Codebook.encode`."""
    flat: list[int] = []
    offsets = [0]
    dropped = []
    for value in _values(column):
        pieces = _pieces(value)
        kept = _kept(pieces)
        flat.extend(EMPTY if piece == "" else ids.get(piece, UNKNOWN) for piece in kept)
        offsets.append(len(flat))
        dropped.append(min(len(pieces) - len(kept), 255))
    return CodeLists(
        np.array(flat, dtype=np.int32), np.array(offsets, dtype=np.int64), np.array(dropped, dtype=np.uint8)
    )


def pieces_of(column: Any, rows: Iterable[int]) -> list[list[str]]:
    """The texts of some rows, in the places their ids have."""
    values = _values(column)
    return [_kept(_pieces(values[row])) for row in rows]


def _values(column: Any) -> list[Any]:
    if hasattr(column, "to_pylist"):  # pyarrow
        return column.to_pylist()
    if hasattr(column, "tolist"):  # pandas, NumPy
        return column.tolist()
    return list(column)


def _pieces(value: Any) -> list[str]:
    """The texts of one row; a row that is one empty text has none."""
    if isinstance(value, LIST):
        if any(isinstance(piece, LIST) for piece in value):
            raise CodeColumnError("a list of codes holds lists", allowed=ALLOWED)
        pieces = ["" if _missing(piece) else str(piece) for piece in value]
    else:
        pieces = [] if _missing(value) else str(value).split("|")
    return [] if pieces == [""] else pieces


def _kept(pieces: list[str]) -> list[str]:
    """Empty texts are dropped, but not from the first place."""
    return [piece for place, piece in enumerate(pieces) if piece or place == 0]


def _missing(value: Any) -> bool:
    """None, NaN, NaT or pandas.NA."""
    import pandas as pd

    return not isinstance(value, str) and pd.api.types.is_scalar(value) and bool(pd.isna(value))
