"""New drugs and technology come into use in stays of heavier groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .declarations import declared
from .frames import ID, TOTAL, draw, in_yuan, need, number, put, read_money

if TYPE_CHECKING:
    import pandas as pd

    from .habits import Habits

NAME = "new_technology"


def apply(
    cases: pd.DataFrame,
    values: Mapping[str, float],
    *,
    seed: int,
    scheme: str | None = None,
    habits: Habits | None = None,
) -> pd.DataFrame:
    """Of the stays of groups with at least `min_weight`, `share` gain new technology for `added_cost` times
    their cost. It comes on top: as drugs, or `consumables` of it; in scope, or `out_of_scope` of it.

    Stays that already use new technology gain more of it. A table without `new_technology_cost` gets it.
    """
    declaration = declared()[NAME]
    if declaration.is_idle(values):
        return cases
    value = declaration.filled(values)
    need(cases, NAME, ID, TOTAL, "weight")
    rows = np.flatnonzero(number(cases, "weight") >= value["min_weight"])
    rows = rows[draw(cases, rows, NAME, seed) < value["share"]]
    rows = rows[number(cases, TOTAL, rows) > 0]
    if not len(rows) or value["added_cost"] == 0:
        return cases
    if NAME + "_cost" not in cases.columns:
        cases = cases.assign(new_technology_cost=0.0)
    money = read_money(cases, rows)
    added = np.rint(money[TOTAL] * value["added_cost"])
    consumables, outside = np.rint(added * value["consumables"]), np.rint(added * value["out_of_scope"])
    more = {
        TOTAL: added,
        "drug_cost": added - consumables,
        "consumable_cost": consumables,
        "in_scope": added - outside,
        "out_of_scope": outside,
    }
    after = {name: fen + more.get(name, 0.0) for name, fen in money.items()}
    after["new_technology_cost"] = np.nan_to_num(money["new_technology_cost"]) + added
    return put(cases, rows, in_yuan(after, cases, rows))
