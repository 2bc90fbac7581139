"""Sums of fen spread over the stays they are made of, so that the parts of each cell add up to it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def spread(totals: Ints, cell: npt.NDArray[np.integer], weights: Ints) -> Ints:
    """Share each cell's total among its stays in proportion to their weights, by largest remainder.

    Parameters
    ----------
    totals : fen, (cells,); may be negative.
    cell : (stays,) the cell of each stay.
    weights : (stays,) whole numbers; below 0 counts as 0. A cell without any positive weight is shared
        evenly.

    Returns
    -------
    fen, (stays,). Ties go to the stay that comes first, and a cell without stays must have a total of 0.

    >>> spread(np.array([100, -7]), np.array([0, 0, 0, 1, 1]), np.array([1, 1, 1, 0, 0]))
    array([34, 33, 33, -4, -3])
    """
    cells = len(totals)
    parts = np.zeros(len(cell), np.int64)
    if not totals.any():
        return parts
    own = np.maximum(weights, 0).astype(np.float64)
    whole = np.bincount(cell, own, cells)
    own = np.where(whole[cell] > 0, own, 1.0)
    whole = np.bincount(cell, own, cells)
    exact = own * (np.abs(totals)[cell] / whole[cell])
    parts = np.floor(exact).astype(np.int64)
    filled = np.zeros(cells, np.int64)
    np.add.at(filled, cell, parts)
    missing = np.abs(totals) - filled
    # the stays of each cell by falling remainder, the earlier one first among equals
    order = np.lexsort((np.arange(len(cell)), -(exact - parts), cell))
    starts = np.searchsorted(cell[order], np.arange(cells))
    place = np.arange(len(cell)) - starts[cell[order]]
    extra = place < missing[cell[order]]
    parts[order[extra]] += 1
    last = np.bincount(cell, minlength=cells)[cell[order]] - place
    parts[order[last <= -missing[cell[order]]]] -= 1  # the floor of a product rounded up went too far
    return np.sign(totals)[cell] * parts
