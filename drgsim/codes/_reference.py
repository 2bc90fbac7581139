"""The readable twin of the encoder: split and look up, one row at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .code_lists import EMPTY, UNKNOWN, CodeLists


def encode(column: Any, ids: Mapping[str, int]) -> CodeLists:
    """As `Codebook.encode`."""
    rows = [_pieces(value) for value in _values(column)]
    flat: list[int] = []
    offsets = [0]
    dropped = []
    for pieces in rows:
        kept = [piece for place, piece in enumerate(pieces) if piece or place == 0]
        flat.extend(EMPTY if piece == "" else ids.get(piece, UNKNOWN) for piece in kept)
        offsets.append(len(flat))
        dropped.append(min(len(pieces) - len(kept), 255))
    return CodeLists(
        np.array(flat, dtype=np.int32), np.array(offsets, dtype=np.int64), np.array(dropped, dtype=np.uint8)
    )


def _values(column: Any) -> Iterable[Any]:
    if hasattr(column, "to_pylist"):
        return column.to_pylist()
    return column.tolist() if hasattr(column, "tolist") else list(column)


def _pieces(value: Any) -> list[str]:
    """The texts of one row; a row that is one empty text has none."""
    if isinstance(value, list | tuple | np.ndarray):
        pieces = ["" if _missing(piece) else str(piece) for piece in value]
    else:
        pieces = [] if _missing(value) else str(value).split("|")
    return [] if pieces == [""] else pieces


def _missing(value: Any) -> bool:
    """None, NaN, NaT or pandas.NA: what is not a text and does not equal itself."""
    import pandas as pd

    return not isinstance(value, str) and pd.api.types.is_scalar(value) and bool(pd.isna(value))
