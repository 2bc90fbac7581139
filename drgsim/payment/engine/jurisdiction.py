"""Which policy prices each stay, which one bills it, and the days each holds for."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ...cases.arrays import Ints, Labels
from ...errors import ArgumentError, NotFoundError
from ...policy.parameters import OTHER
from .stays import Stays

if TYPE_CHECKING:
    from ...policy.policy import Policy
    from ...weights.weights import Weights

EVERY = slice(None)
_EPOCH = datetime.date(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class Jurisdiction:
    """The rows (all, or positions) one policy holds for, on one day."""

    rows: Ints | slice
    policy: Policy
    weights: Weights | None
    region: str = ""


def jurisdictions(
    stays: Stays, policy: Any, weights: Any, *, by: str | None
) -> tuple[list[Jurisdiction], list[Jurisdiction]]:
    """Where stays are priced (by care region) and where they are billed (by insured region).

    `by` discharge or admission reads every value on that day of each stay, None on the policy's own.

    The two are the same list when there is one policy for all regions.
    """
    if not isinstance(policy, Mapping):
        every = list(_dated(stays, EVERY, policy, _table(weights, policy, None), by, ""))
        return every, every
    care = stays.labels("care_region")
    home = _with_default(stays.labels("insured_region"), care)

    def of(regions: Labels) -> Iterator[Jurisdiction]:
        for region, rows in _regions(regions):
            own = _of_region(policy, region)
            yield from _dated(stays, rows, own, _table(weights, own, region), by, region)

    return list(of(care)), list(of(home))


def _dated(
    stays: Stays,
    rows: Ints | slice,
    policy: Policy,
    weights: Weights | None,
    by: str | None,
    region: str,
) -> Iterator[Jurisdiction]:
    """One jurisdiction for each stretch of days on which the policy prices cases the same."""
    if by is None:
        yield Jurisdiction(rows, policy, weights, region)
        return
    days = stays.days(f"{by}_date")[rows]
    if np.isnan(days).any():
        raise ArgumentError(
            f"rules by {by} day need every stay's {by} date",
            got=f"{int(np.isnan(days).sum())} stays without one",
            do='give the dates, or use dates="policy"',
        )
    if not len(days):
        yield Jurisdiction(rows, policy, weights, region)
        return
    first, last = (_EPOCH + datetime.timedelta(int(day)) for day in (days.min(), days.max()))
    starts = [first, *policy.changes(first, last, pricing=True)]
    stretch = np.searchsorted([(start - _EPOCH).days for start in starts], days, side="right") - 1
    positions = np.arange(len(stays))[rows]
    for number, start in enumerate(starts):
        here = positions[stretch == number]
        if len(here):
            every = len(here) == len(stays)
            yield Jurisdiction(EVERY if every else here, policy.at(start), weights, region)


def _regions(labels: Labels) -> Iterator[tuple[str, Ints]]:
    order = np.argsort(labels.codes, kind="stable")
    bounds = np.searchsorted(labels.codes[order], np.arange(-1, len(labels.names) + 1))
    for code, (start, stop) in enumerate(pairwise(bounds), start=-1):
        if stop > start:
            yield labels.names[code] if code >= 0 else OTHER, order[start:stop]


def _of_region(policies: Mapping[str, Policy], region: str) -> Policy:
    found = policies.get(region, policies.get(OTHER))
    if found is None:
        raise NotFoundError(
            "no policy for a region of the cases",
            got=region,
            allowed=list(policies),
            nearest=policies,
            do=f'add it to the mapping, or a policy under "{OTHER}" for all regions not named',
        )
    return found


def _table(weights: Any, policy: Policy, region: str | None) -> Weights | None:
    """The weights given for the region, else those the policy names."""
    from ...weights.weights import Weights

    if isinstance(weights, Mapping) and region is not None:
        weights = weights.get(region, weights.get(OTHER))
    if weights is None:
        return Weights.of(policy)
    return weights if isinstance(weights, Weights) else Weights.from_table(weights)


def _with_default(labels: Labels, default: Labels) -> Labels:
    """`labels`, taking `default` where missing."""
    names = tuple(dict.fromkeys([*labels.names, *default.names]))
    place = {name: code for code, name in enumerate(names)}
    own = np.array([*(place[name] for name in labels.names), -1], np.int32)[labels.codes]
    other = np.array([*(place[name] for name in default.names), -1], np.int32)[default.codes]
    return Labels(np.where(own < 0, other, own), names)
