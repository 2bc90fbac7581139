"""Stays whose record gains a complication that lifts them to a dearer group; their cost stays the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...schemes.compile_sets import SPECIAL
from ..errors import SimulationError
from .complications import NEEDED, Complications, listed_by, read_complications
from .declarations import declared
from .frames import ID, draw, need, put
from .habits import is_drg

if TYPE_CHECKING:
    import pandas as pd

    from .habits import Habits

NAME = "coding_drift"


def apply(
    cases: pd.DataFrame,
    values: Mapping[str, float],
    *,
    seed: int,
    scheme: str | None = None,
    habits: Habits | None = None,
) -> pd.DataFrame:
    """Of the stays that could carry a further complication, `share` gain one: `mcc` of these a major one.

    Such stays are in an ADRG of several groups; those without a complication that counts may gain any,
    those with none but minor ones a major one, and are hit by `share` · `mcc`. The code is one that stays of
    the same category, sex and age (child, adult) have, as often as they have it, that the scheme counts
    beside the principal diagnosis. Under a DIP catalogue, which knows no complications, nothing happens.
    """
    declaration = declared()[NAME]
    if declaration.is_idle(values):
        return cases
    if scheme is None:
        raise SimulationError(
            f"the response {NAME!r} needs the scheme the cases are grouped by",
            do="name it: scheme='chs-drg-2.0'",
        )
    if not is_drg(scheme):
        return cases
    value = declaration.filled(values)
    need(cases, NAME, ID, *NEEDED)
    listed = listed_by(scheme)
    coded = read_complications(cases, listed)
    known = habits.complications if habits is not None else None
    if known is None or known.scheme != scheme:
        known = Complications.learn(cases, scheme)
    could = np.flatnonzero((coded.cell >= 0) & ~coded.has["mcc"])
    rows = could[draw(cases, could, NAME, seed) < value["share"]]
    major = draw(cases, rows, f"{NAME}.mcc", seed) < value["mcc"]
    chance = draw(cases, rows, f"{NAME}.code", seed)
    gained = np.full(len(rows), -1)
    for name, which in (("mcc", major), ("cc", ~major & ~coded.has["cc"][rows])):
        at = rows[which]
        gained[which] = known.choose(name, coded.cell[at], coded.exclusion_row[at], chance[which])
    rows, gained = rows[gained >= 0], gained[gained >= 0]
    if not len(rows):
        return cases
    codes = np.array([f"|{listed.book.code_of(place - SPECIAL)}" for place in gained], dtype=object)
    diagnoses = cases["diagnoses"].iloc[rows].astype(object).to_numpy() + codes
    return put(cases, rows, {"diagnoses": diagnoses})
