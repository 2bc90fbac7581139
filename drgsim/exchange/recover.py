"""What an outsider works out of a table of sums, with totals that were published elsewhere.

Every row of the table and every total is a sum over cells: together a system of equations. A cell whose value
is the same in all their solutions is known. What several totals give, taken from one another over hospitals,
months or regions, are such solutions too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NOT_PUBLISHED = -1
_KNOWN = 1e-4  # of a move drawn with deviation 1: cells that may move do so by far more


def totals_over(cells: pd.DataFrame, keys: Sequence[str], key: str, k: int) -> Ints:
    """(n,) int64: the number of the total over one of the keys that each cell is in; NOT_PUBLISHED where the
    total itself stands for fewer than `k` stays."""
    others = [name for name in keys if name != key]
    line = cells.groupby(others, sort=False).ngroup().to_numpy(np.int64)
    published = np.bincount(line, weights=cells["cases"].to_numpy(np.float64)) >= k
    return np.where(published[line], line, NOT_PUBLISHED)


def recovered(sums: Sequence[Ints]) -> Flags:
    """(n,) bool: which of n cells follow from sums that are known.

    Parameters
    ----------
    sums : for each way of adding up, (n,) int64, the number of the sum that each cell is in, or NOT_PUBLISHED

    >>> rows, columns = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> recovered([rows, columns]).tolist()  # of a square each may grow while its neighbours shrink
    [False, False, False, False]
    >>> recovered([rows, np.array([0, 1, 2, 2])]).tolist()  # two stand alone, and give the first two
    [True, True, False, False]
    """
    unknown = np.ones(len(sums[0]), dtype=bool)
    while True:  # what stands alone in a sum is known, and is taken from its other sums
        alone = np.zeros_like(unknown)
        for line in sums:
            left = unknown & (line >= 0)
            count = np.bincount(line[left], minlength=1)
            alone[left] |= count[line[left]] == 1
        if not alone.any():
            break
        unknown &= ~alone
    known = ~unknown
    known[unknown] = ~_free([line[unknown] for line in sums])
    return known


def smallest_beside(lines: Sequence[Ints], cases: Ints, shown: Flags) -> Ints:
    """(n,) int64: of the cells shown in any total of each cell the one of fewest stays, −1 where none is.
    The last way of adding up counts only where the others have none."""
    order = np.lexsort((np.arange(len(cases)), cases))
    seen = order[shown[order]][::-1]
    chosen = np.full(len(cases), -1, dtype=np.int64)
    for line in lines:
        least = np.full(len(cases), -1, dtype=np.int64)
        least[line[seen]] = seen  # the last that is written stays: the smallest
        other = least[line]
        better = (chosen < 0) | ((cases[other] < cases[chosen]) & (line is not lines[-1]))
        chosen = np.where((other >= 0) & better, other, chosen)
    return chosen


def _free(sums: Sequence[Ints]) -> Flags:
    """Which cells may move with all sums kept: a random move, less the part of it that the sums see."""
    from scipy.sparse import csr_matrix, vstack
    from scipy.sparse.linalg import lsmr

    n, blocks = len(sums[0]), []
    for line in sums:
        there = np.flatnonzero(line >= 0)
        label, place = np.unique(line[there], return_inverse=True)
        weight = 1 / np.sqrt(np.bincount(place, minlength=len(label)))
        blocks.append(csr_matrix((weight[place], (place, there)), shape=(len(label), n)))
    if not n:
        return np.zeros(0, dtype=bool)
    seen = vstack(blocks, format="csr")
    move = np.random.default_rng(0).standard_normal(n)
    part = lsmr(seen, seen @ move, atol=1e-12, btol=1e-12, conlim=0, maxiter=20_000)[0]
    return np.asarray(np.abs(move - part) > _KNOWN)
