"""Random numbers keyed by case id and a named stream, so that scenarios share them.

The same case draws the same number in every scenario, whatever the order or selection of the rows; two
streams are independent. A difference between scenarios therefore holds no sampling noise of its own.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from ...cases.fen import Floats

_ODD = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def case_keys(case_ids: Any, stream: str, seed: int = 0) -> npt.NDArray[np.uint64]:
    """A 64-bit key for each case id: of its text only, so 12 and "12" are one case.

    >>> bool(case_keys([12, 7], "review")[0] == case_keys(["12"], "review")[0])
    True
    """
    # .astype(str) on an object array first, so that ids of mixed types keep their own text
    text = np.asarray(np.asarray(case_ids, dtype=object).astype(str), dtype=np.str_)
    start = hashlib.blake2b(f"{stream}\x00{seed}".encode(), digest_size=8).digest()
    keys = np.full(text.shape, int.from_bytes(start, "little"), dtype=np.uint64)
    width = text.dtype.itemsize // 4
    if text.size and width:
        letters = text.view(np.uint32).reshape(text.size, width)
        for column in letters.T:
            # a shorter id ends in zeros: they must not count, or its key would depend on its neighbours
            keys = np.where(column != 0, _mixed(keys ^ column), keys)
    return _mixed(keys)


def uniforms(case_ids: Any, stream: str, seed: int = 0) -> Floats:
    """A number in [0, 1) for each case id.

    >>> first, second = uniforms(["a", "b"], "special_review.acceptance")
    >>> uniforms(["b", "c", "a"], "special_review.acceptance")[[2, 0]].tolist() == [first, second]
    True
    """
    return (case_keys(case_ids, stream, seed) >> np.uint64(11)) * 2.0**-53


def _mixed(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finalizer of splitmix64: each bit of the input reaches each bit of the output."""
    keys = keys + _ODD
    keys = (keys ^ (keys >> np.uint64(30))) * _MIX[0]
    keys = (keys ^ (keys >> np.uint64(27))) * _MIX[1]
    return keys ^ (keys >> np.uint64(31))
