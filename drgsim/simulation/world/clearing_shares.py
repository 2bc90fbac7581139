"""What the fund pays for each stay once the year is cleared: the settlement brought back to the stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...settlement.statistics import FLOW, stay_keys, stay_measures

if TYPE_CHECKING:
    import pandas as pd

    from ...payment.faces.payments import Payments
    from ...settlement import Settlement
    from ...settlement.tally import Words

Fen = npt.NDArray[np.int64]
HOSPITAL = ("care_region", "insurance", "hospital_id")


def fund_after_clearing(payments: Payments, settlement: Settlement) -> tuple[Fen, Fen]:
    """What the basic fund pays for each stay, (stays,) fen: its case payment, and of catastrophic insurance.

    Together they sum to what the settlement's funds spend. A point value other than the budgeted one moves
    stays by how much they slide with it; assessment and sharing move a hospital's stays in proportion to what
    the fund pays for them.
    """
    fund = payments.ledger.fund
    flows, hospitals = settlement.flow_rows, settlement.hospitals
    moved = (flows["settled"] - flows["fund"]).to_numpy(np.int64)
    cleared = (hospitals["sharing"] - hospitals["assessment_cut"]).to_numpy(np.int64)
    catastrophic = flows["fund_catastrophic"].to_numpy(np.int64)
    if not (moved.any() or cleared.any() or catastrophic.any()):
        return fund, np.zeros_like(fund)
    keys = stay_keys(payments, FLOW)
    flow = _row_of(keys, flows, FLOW)
    if moved.any() or cleared.any():
        fund = fund + spread(moved, flow, stay_measures(payments)["sliding"])
        fund = fund + spread(cleared, _row_of(keys, hospitals, HOSPITAL), fund)
    # a flow's catastrophic insurance is all of the fund or none of it
    return fund, np.where(catastrophic[flow] != 0, payments.ledger.catastrophic, 0)


def _row_of(keys: Mapping[str, Words], table: pd.DataFrame, by: Sequence[str]) -> npt.NDArray[np.int64]:
    """The row of `table` each stay belongs to."""
    stays = np.zeros(len(keys[by[0]].codes), np.int64)
    rows = np.zeros(len(table), np.int64)
    for name in by:
        words = keys[name]
        place = {word: code for code, word in enumerate(words.names)}
        stays = stays * len(words.names) + words.codes
        rows = rows * len(words.names) + table[name].map(place).to_numpy(np.int64)
    order = np.argsort(rows, kind="stable")
    return order[np.searchsorted(rows[order], stays)]


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
