"""Money as whole fen (1 yuan = 100 fen), and the two ways of rounding a rule may name."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Fen = npt.NDArray[np.int64]
Floats = npt.NDArray[np.floating[Any]]  # float64; products of float64 carry the wider type in NumPy's stubs
Mode = Literal["half_up", "half_even"]

# A tie written in decimals (0.145 yuan) is rarely one in binary. Below 10 million yuan the binary error
# of an amount in fen is far under this, and a product of published factors has no reason to be so near a tie.
TIE = 1e-6


def round_half(values: Floats, mode: Mode = "half_up") -> Floats:
    """`values` to whole numbers; ties away from zero, or to the even neighbour.

    >>> round_half(np.array([0.5, 1.5, -2.5])), round_half(np.array([0.5, 1.5, -2.5]), "half_even")
    (array([ 1.,  2., -3.]), array([ 0.,  2., -2.]))
    """
    if mode == "half_even":
        near = np.floor(values)
        rest = values - near
        tie = np.abs(rest - 0.5) <= TIE
        up = np.where(tie, near % 2 == 1, rest > 0.5)
        return near + up
    if values.size and values.min() < 0:
        return np.copysign(np.floor(np.abs(values) + (0.5 + TIE)), values)
    return np.floor(values + (0.5 + TIE))


def to_fen(yuan: Floats, *, digits: int = 2, mode: Mode = "half_up") -> Fen:
    """Yuan (float64) rounded to `digits` decimals, as fen (int64).

    >>> to_fen(np.array([24227.05, 0.145, -14531.234]))
    array([ 2422705,      15, -1453123])
    >>> to_fen(np.array([24227.05]), digits=0)
    array([2422700])
    """
    unit = 10 ** (2 - digits)
    whole = round_half(yuan * (100 / unit), mode).astype(np.int64)
    return whole if unit == 1 else whole * unit


def to_yuan(fen: Fen) -> Floats:
    """Fen (int64) as yuan (float64).

    >>> to_yuan(np.array([2422705]))
    array([24227.05])
    """
    return fen / 100.0
