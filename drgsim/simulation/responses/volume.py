"""More or fewer stays: by insurance, and leaning to those that cost less than their standard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .declarations import declared
from .frames import ID, copies, draw, equal, joined, lean, need, number

if TYPE_CHECKING:
    import pandas as pd

    from .habits import Habits

NAME = "volume"
INSURANCES = ("employee", "resident")


def apply(
    cases: pd.DataFrame,
    values: Mapping[str, float],
    *,
    seed: int,
    scheme: str | None = None,
    habits: Habits | None = None,
) -> pd.DataFrame:
    """A change of x adds a copy of, or drops, the share |x| of the stays.

    With selectivity a rise doubles stays below their standard more often and a fall drops those above it:
    the chance is |x| · (1 + selectivity · (1 - ratio)) for a rise, with the ratio kept within 0 and 2, and
    the other way round for a fall. So the change in all depends on the mix. A copy is another person's.
    """
    declaration = declared()[NAME]
    if declaration.is_idle(values):
        return cases
    value = declaration.filled(values)
    need(cases, NAME, ID)
    change = np.full(len(cases), value["share"])
    for insurance in INSURANCES:
        if value[insurance] != 0:
            need(cases, NAME, "insurance")
            change += value[insurance] * equal(cases, "insurance", insurance)
    chance = np.abs(change)
    if value["selectivity"] != 0:
        need(cases, NAME, "ratio")
        # a ratio above 1 speaks against a stay that may be added and for one that may be dropped
        chance = chance * np.where(
            change > 0,
            lean(-number(cases, "ratio"), -1.0, value["selectivity"]),
            lean(number(cases, "ratio"), 1.0, value["selectivity"]),
        )
    hit = draw(cases, slice(None), NAME, seed) < chance
    more, gone = np.flatnonzero(hit & (change > 0)), hit & (change < 0)
    kept = cases[~gone] if gone.any() else cases
    return joined(kept, copies(cases, more, "~extra", same_person=False)) if len(more) else kept
