"""What the fund pays for each stay once the year is cleared: the settlement brought back to the stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...settlement.statistics import FLOW, stay_keys, stay_measures
from .spread import spread

if TYPE_CHECKING:
    import pandas as pd

    from ...payment.faces.payments import Payments
    from ...settlement import Settlement
    from ...settlement.tally import Words

Fen = npt.NDArray[np.int64]
HOSPITAL = ("care_region", "insurance", "hospital_id")


def fund_after_clearing(payments: Payments, settlement: Settlement) -> Fen:
    """Fen of each stay, (stays,), summing to what the settlement's funds spend.

    A point value other than the budgeted one moves stays by how much they slide with it; assessment and
    sharing move a hospital's stays in proportion to what the fund pays for them.
    """
    fund = payments.ledger.fund
    flows, hospitals = settlement.flow_rows, settlement.hospitals
    moved = (flows["settled"] - flows["fund"]).to_numpy(np.int64)
    cleared = (hospitals["sharing"] - hospitals["assessment_cut"]).to_numpy(np.int64)
    if not (moved.any() or cleared.any()):
        return fund
    keys = stay_keys(payments, FLOW)
    fund = fund + spread(moved, _row_of(keys, flows, FLOW), stay_measures(payments)["sliding"])
    return fund + spread(cleared, _row_of(keys, hospitals, HOSPITAL), fund)


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
