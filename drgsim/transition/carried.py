"""Prices of new groups made of the old ones: what their stays were worth before they were regrouped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..weights.weights import Weights

if TYPE_CHECKING:
    from ..payment.engine.stays import Stays
    from ..payment.faces.payments import Payments

Floats = npt.NDArray[np.float64]


def carried_weights(before: Payments, stays: Stays) -> Weights:
    """A weight table for the groups of `stays`, the same stays as in `before` under another scheme.

    Every number a group had is carried to the new groups as the mean over their stays; a new group whose
    stays all came from groups of one value keeps exactly that value. So a stay's payment moves only because
    it now shares its group with others. Stays that had no group count for nothing.
    """
    labels = stays.groups()
    walk = before.walks[0]
    old: dict[str, npt.NDArray[Any]] = {"weight": before.findings.weight}
    if len(before.walks) == 1:
        groups = walk.state.groups
        old |= {
            name: column[groups.of] for name, column in groups.columns.items() if name.startswith("mean_")
        }
    n = len(labels.names)
    columns = {name: _means(labels.codes, values, n) for name, values in old.items()}
    frame = pd.DataFrame(columns, index=pd.Index(list(labels.names), dtype=object))
    return Weights(frame[frame["weight"].notna()], facts={"title": "carried from the groups before"})


def _means(codes: npt.NDArray[np.int32], values: npt.NDArray[Any], n: int) -> Floats:
    """The mean of each group; the value itself where all its stays have the same."""
    known = (codes >= 0) & ~np.isnan(values)
    of, own = codes[known], values[known]
    # added in the order of their size, so that the order of the stays cannot show
    order = np.lexsort((own, of))
    of, own = of[order], own[order]
    number = np.bincount(of, minlength=n)
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(low, of, own)
    np.maximum.at(high, of, own)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(of, own, n) / number
    return np.where(low == high, low, mean)
