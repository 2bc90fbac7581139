"""Patients who go to another region for care, or come back from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .declarations import declared
from .frames import (
    ID,
    TOTAL,
    Floats,
    Ints,
    draw,
    in_yuan,
    lean,
    need,
    no_settlement,
    number,
    put,
    read_money,
    scaled,
    with_more_drugs,
)
from .habits import PLACE, Destinations

if TYPE_CHECKING:
    import pandas as pd

    from .habits import Habits

NAME = "referral"
LOCAL, REGISTERED, UNREGISTERED = "local", "referral", "unregistered"


def apply(
    cases: pd.DataFrame,
    values: Mapping[str, float],
    *,
    seed: int,
    scheme: str | None = None,
    habits: Habits | None = None,
) -> pd.DataFrame:
    """`outward` of the stays at home move to a hospital that the region's insured already use elsewhere,
    `homeward` of those away to one they use at home: each hospital as often as it is used.

    With `lean_to_heavy` the chance is times 1 + lean · (weight - 1), the weight kept within 0 and 2. Movers
    are registered as a referral, or not (`registered`); their cost changes by `cost_change` and their drug
    share rises by `drug_share_shift`. Who returns is local, at the cost it had.
    """
    declaration = declared()[NAME]
    if declaration.is_idle(values):
        return cases
    value = declaration.filled(values)
    need(cases, NAME, ID, "insured_region", *PLACE[:2])
    known = habits.destinations if habits is not None else None
    known = known or Destinations.learn(cases)
    region = cases[["insured_region", "care_region"]].notna().all(axis=1).to_numpy(np.bool_)
    home = np.asarray((cases["insured_region"] == cases["care_region"]).fillna(False), np.bool_)
    away, back = np.flatnonzero(region & home), np.flatnonzero(region & ~home)
    heavier = np.ones(len(cases))
    if value["lean_to_heavy"] > 0:
        need(cases, NAME, "weight")
        heavier = lean(number(cases, "weight"), 1.0, value["lean_to_heavy"])
    after = cases
    if value["outward"] > 0:
        rows, place = _moved(cases, away, known, value["outward"] * heavier[away], seed, away=True)
        after = put(after, rows, {**place, **_bill(cases, rows, value), **_way(cases, rows, value, seed)})
    if value["homeward"] > 0:
        rows, place = _moved(cases, back, known, value["homeward"] * heavier[back], seed, away=False)
        after = put(after, rows, {**place, **no_settlement(cases, rows), "registration": LOCAL})
    return after


def _moved(
    cases: pd.DataFrame, rows: Ints, known: Destinations, chance: Floats, seed: int, *, away: bool
) -> tuple[Ints, dict[str, Any]]:
    """The rows that move, and the columns that say where to."""
    stream = f"{NAME}.{'outward' if away else 'homeward'}"
    rows = rows[draw(cases, rows, stream, seed) < chance]
    regions = cases["insured_region"].iloc[rows]
    chosen, places = known.choose(regions, draw(cases, rows, f"{stream}.hospital", seed), away=away)
    return rows[chosen], {name: places[name].array for name in places.columns}


def _bill(cases: pd.DataFrame, rows: Ints, value: Mapping[str, float]) -> dict[str, Any]:
    """What a stay costs elsewhere."""
    if value["cost_change"] == 0 and value["drug_share_shift"] == 0:
        return dict(no_settlement(cases, rows))
    need(cases, NAME, TOTAL)
    money = scaled(read_money(cases, rows), np.full(len(rows), 1.0 + value["cost_change"]))
    return dict(in_yuan(with_more_drugs(money, value["drug_share_shift"]), cases, rows))


def _way(cases: pd.DataFrame, rows: Ints, value: Mapping[str, float], seed: int) -> dict[str, Any]:
    first = draw(cases, rows, f"{NAME}.registered", seed) < value["registered"]
    return {"registration": np.where(first, REGISTERED, UNREGISTERED).astype(object)}
