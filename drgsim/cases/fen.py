"""Money as whole fen (1 yuan = 100 fen), and the two ways of rounding a rule may name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Fen = npt.NDArray[np.int64]
Floats = npt.NDArray[np.floating[Any]]  # float64; products of float64 carry the wider type in NumPy's stubs
Mode = Literal["half_up", "half_even"]

# A tie written in decimals (0.145 yuan) is rarely one in binary. Below 10 million yuan the binary error
# of an amount in fen is far under this, and a product of published factors has no reason to be so near a tie.
TIE = 1e-6

# Fen beyond which nothing is an amount: ten times what a stay may cost, and float64 soon skips single fen.
MOST = 10**15


def round_half(values: Floats | Fen, mode: Mode = "half_up") -> Floats:
    """`values` to whole numbers; ties away from zero, or to the even neighbour.

    >>> round_half(np.array([0.5, 1.5, -2.5])), round_half(np.array([0.5, 1.5, -2.5]), "half_even")
    (array([ 1.,  2., -3.]), array([ 0.,  2., -2.]))
    """
    return _rounded(np.array(values, dtype=np.float64), mode)


def to_fen(yuan: Floats, *, digits: int = 2, mode: Mode = "half_up") -> Fen:
    """Yuan (float64) rounded to `digits` decimals, as fen (int64).

    >>> to_fen(np.array([24227.05, 0.145, -14531.234])).tolist()
    [2422705, 15, -1453123]
    >>> to_fen(np.array([24227.05]), digits=0)
    array([2422700])
    """
    unit = 10 ** (2 - digits)
    whole = _int64(_rounded(yuan * (100 / unit), mode))
    return whole if unit == 1 else whole * unit


def _int64(whole: Floats) -> Fen:
    """Whole numbers as int64; what is beyond `MOST` stands at it, and no number (infinity less infinity) at
    its negative, so that neither turns into an amount that looks like one: the street refuses both."""
    if whole.size and not (whole.min() >= -MOST and whole.max() <= MOST):
        whole = np.fmin(np.fmax(whole, -MOST), MOST)
    return whole.astype(np.int64)


def _rounded(values: Floats, mode: Mode) -> Floats:
    """Rounds in place: these arrays are long, and a copy costs more than the arithmetic."""
    if mode == "half_even":
        near = np.floor(values)
        rest = values - near
        tie = np.abs(rest - 0.5) <= TIE
        near += np.where(tie, near % 2 == 1, rest > 0.5)
        return near
    if values.size and values.min() < 0:
        return np.copysign(np.floor(np.abs(values) + (0.5 + TIE)), values)
    values += 0.5 + TIE
    return np.floor(values, out=values)


def filled(values: Floats | float, fill: float = 0.0) -> Floats:
    """Numbers with `fill` where they are NaN; quicker than `np.nan_to_num` for few.

    >>> filled(np.array([1.5, np.nan])), filled(np.float64("nan"), 1.0)
    (array([1.5, 0. ]), array(1.))
    """
    return np.where(np.isnan(values), fill, values)


@dataclass(frozen=True, slots=True)
class Rounding:
    """A declared rounding of money: decimals of a yuan (0 to 2), and what becomes of a tie."""

    digits: int = 2
    mode: Mode = "half_up"

    def yuan(self, yuan: Floats) -> Fen:
        """Yuan (float64) as rounded fen."""
        return to_fen(yuan, digits=self.digits, mode=self.mode)

    def fen(self, fen: Floats | Fen) -> Fen:
        """Fen with fractions (float64) as rounded fen."""
        unit = 10 ** (2 - self.digits)
        whole = _int64(round_half(fen if unit == 1 else fen / unit, self.mode))
        return whole if unit == 1 else whole * unit


TO_THE_FEN = Rounding()


def to_yuan(fen: Fen) -> Floats:
    """Fen (int64) as yuan (float64).

    >>> to_yuan(np.array([2422705]))
    array([24227.05])
    """
    return fen / 100.0
