"""The readable twin of the encoder: split and look up, one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .code_lists import EMPTY, UNKNOWN, CodeLists
from .pieces import kept, pieces_of


def encode(column: Any, ids: Mapping[str, int]) -> CodeLists:
    """As `Codebook.encode`."""
    flat: list[int] = []
    offsets = [0]
    dropped = []
    for pieces in pieces_of(column):
        codes = kept(pieces)
        flat.extend(EMPTY if code == "" else ids.get(code, UNKNOWN) for code in codes)
        offsets.append(len(flat))
        dropped.append(min(len(pieces) - len(codes), 255))
    return CodeLists(
        np.array(flat, dtype=np.int32), np.array(offsets, dtype=np.int64), np.array(dropped, dtype=np.uint8)
    )
