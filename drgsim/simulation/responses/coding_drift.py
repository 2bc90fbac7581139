"""Stays whose record gains a complication that lifts them to a dearer group; their cost stays the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...schemes.compile_words import SPECIAL
from ..scenario_errors import SimulationError
from .complications import NEEDED, Complications, listed_by, read_complications
from .declarations import declared
from .frames import ID, Mask, draw, need, number, put
from .habits import is_drg

if TYPE_CHECKING:
    import pandas as pd

    from .habits import Habits

NAME = "coding_drift"
CC, MCC, MCC_BESIDE_CC = range(3)  # as in `Lifts`


def apply(
    cases: pd.DataFrame,
    values: Mapping[str, float],
    *,
    seed: int,
    scheme: str | None = None,
    habits: Habits | None = None,
) -> pd.DataFrame:
    """Of the stays that a further complication would move to another group in use, `share` gain one.

    `mcc` of these gain a major one, the others a minor one; where only a major one would move the stay, so
    `share` · `mcc` of them are hit, and where only a first one would, none that has one. Their cost ratio is
    from `from_ratio` to `to_ratio`: dear enough not to become a low outlier of the dearer group, and not yet
    paid as a high one (the lowest bound and the highest leave the ratio out of it). The code is one that
    stays of the same MDC, sex and age (child, adult) have, as often as they have it, and that the scheme
    counts beside the principal diagnosis. Under a DIP catalogue, which knows no complications, nothing
    happens.
    """
    declaration = declared()[NAME]
    if declaration.is_idle(values):
        return cases
    if scheme is None and "drg" not in cases.columns and "dip_code" in cases.columns:
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
    known = habits.complications if habits is not None else None
    if known is None or known.scheme != scheme:
        known = Complications.learn(cases, scheme)
    coded = read_complications(cases, listed, known.used)
    has_cc, open_to = coded.has["cc"], ~coded.has["mcc"] & _pays(cases, value)
    minor = open_to & ~has_cc & coded.lifts[:, CC]
    major = open_to & np.where(has_cc, coded.lifts[:, MCC_BESIDE_CC], coded.lifts[:, MCC])
    could = np.flatnonzero(minor | major)
    rows = could[draw(cases, could, NAME, seed) < value["share"]]
    worse = draw(cases, rows, f"{NAME}.mcc", seed) < value["mcc"]
    chance = draw(cases, rows, f"{NAME}.code", seed)
    gained = np.full(len(rows), -1)
    for name, which in (("mcc", worse & major[rows]), ("cc", ~worse & minor[rows])):
        at = rows[which]
        gained[which] = known.choose(name, coded.cell[at], coded.exclusion_row[at], chance[which])
    rows, gained = rows[gained >= 0], gained[gained >= 0]
    if not len(rows):
        return cases
    codes = np.array([f"|{listed.book.code_of(place - SPECIAL)}" for place in gained], dtype=object)
    diagnoses = cases["diagnoses"].iloc[rows].astype(object).to_numpy() + codes
    return put(cases, rows, {"diagnoses": diagnoses})


def _pays(cases: pd.DataFrame, value: Mapping[str, float]) -> Mask:
    """(n,) where the cost ratio lies within the bounds that are set."""
    bounds = declared()[NAME].parameters
    low, high = value["from_ratio"], value["to_ratio"]
    if low <= bounds["from_ratio"].min and high >= bounds["to_ratio"].max:
        return np.ones(len(cases), np.bool_)
    need(cases, NAME, "ratio")
    ratio = number(cases, "ratio")
    return (ratio >= low) & (ratio <= high)
