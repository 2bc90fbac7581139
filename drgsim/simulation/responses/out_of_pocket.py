"""Cost that hospitals move out of the benefit scope, so that the patient pays it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .declarations import declared
from .frames import ID, draw, need, no_settlement, number, put

if TYPE_CHECKING:
    import pandas as pd

    from .habits import Habits

NAME = "out_of_pocket"


def apply(
    cases: pd.DataFrame,
    values: Mapping[str, float],
    *,
    seed: int,
    scheme: str | None = None,
    habits: Habits | None = None,
) -> pd.DataFrame:
    """In `stays` of the stays whose cost ratio is at least `from_ratio`, `share` of what is in scope goes.

    The cost stays what it is; a table needs both columns."""
    declaration = declared()[NAME]
    if declaration.is_idle(values):
        return cases
    value = declaration.filled(values)
    need(cases, NAME, ID, "in_scope", "out_of_scope")
    inside = np.rint(number(cases, "in_scope") * 100)
    rows = np.flatnonzero(inside > 0)
    if value["from_ratio"] > 0:
        need(cases, NAME, "ratio")
        rows = rows[number(cases, "ratio", rows) >= value["from_ratio"]]
    if value["stays"] < 1:
        rows = rows[draw(cases, rows, NAME, seed) < value["stays"]]
    moved = np.rint(inside[rows] * value["share"])
    rows, moved = rows[moved > 0], moved[moved > 0]
    if not len(rows):
        return cases
    outside = np.nan_to_num(np.rint(number(cases, "out_of_scope", rows) * 100))
    new = {"in_scope": (inside[rows] - moved) / 100.0, "out_of_scope": (outside + moved) / 100.0}
    return put(cases, rows, new | no_settlement(cases, rows))
