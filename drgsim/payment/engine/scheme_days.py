"""Which scheme groups each stay, where a policy changes its scheme by date."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...cases.arrays import Ints
from ...cases.fen import Floats
from ...errors import ArgumentError
from ...policy.dated_scheme import DatedScheme
from .stays import Stays

if TYPE_CHECKING:
    from ...policy.policy import Policy

Names = npt.NDArray[np.object_]
EPOCH = datetime.date(1970, 1, 1)


def scheme_of_rows(stays: Stays, rows: Ints | slice, policy: Policy, *, later: Floats | float = 0.0) -> Names:
    """The id of the scheme of each of these stays [rows], by the day of the stay that the policy names.

    `later` days are added to it, where the stays stand for those of another year.

    Raises ArgumentError when a stay has no such day.
    """
    positions = np.arange(len(stays))[rows]
    stated = policy.document.scheme
    if not isinstance(stated, DatedScheme):
        return np.full(len(positions), policy.scheme, dtype=object)
    days = stay_days(stays, positions, f"{stated.by}_date") + later
    starts = [(since - EPOCH).days for since, _ in stated.steps]
    step = np.maximum(np.searchsorted(starts, days, side="right") - 1, 0)
    return np.array([name for _, name in stated.steps], dtype=object)[step]


def stay_days(stays: Stays, rows: Ints | slice, column: str) -> Floats:
    """The days of some stays; ArgumentError when one is missing."""
    days = stays.days(column)[rows]
    if np.isnan(days).any():
        raise ArgumentError(
            f"rules by the day of a stay need every stay's {column}",
            got=f"{int(np.isnan(days).sum())} stays without one",
            do='give the dates, or use dates="policy"',
        )
    return days


def policy_of_scheme(policy: Policy, scheme: str | None) -> Policy:
    """The policy on its own day; or on the last day before it when it grouped by `scheme`."""
    stated = policy.document.scheme
    if policy.scheme == scheme or not isinstance(stated, DatedScheme):
        return policy
    ends = [since for since, _ in stated.steps[1:]]
    held = [end for (_, name), end in zip(stated.steps, ends, strict=False) if name == scheme]
    return policy.at(max(held) - datetime.timedelta(days=1)) if held else policy
