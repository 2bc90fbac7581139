"""Which policy prices each stay, which one bills it, and the days each holds for."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ...cases.arrays import Ints, Labels
from ...cases.fen import Floats
from ...errors import ArgumentError, NotFoundError
from ...policy.dated_scheme import DatedScheme
from ...policy.parameters import OTHER
from .stays import Stays

if TYPE_CHECKING:
    from ...policy.policy import Policy
    from ...weights.weights import Weights


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


EVERY = slice(None)


@dataclass(frozen=True, eq=False)
class Jurisdiction:
    """The rows (all, or positions) one policy holds for, on one day."""

    rows: Ints | slice
    policy: Policy
    weights: Weights | None
    region: str = ""


def jurisdictions(
    stays: Stays, policy: Any, weights: Any, *, by: str | None, year: int | None = None
) -> tuple[list[Jurisdiction], list[Jurisdiction]]:
    """Where stays are priced (by care region) and where they are billed (by insured region).

    `by` discharge or admission reads every value on that day of each stay, None on the policy's own; `year`
    takes the days in that year, whatever year the stays are of.

    The two are the same list when there is one policy for all regions.
    """
    if not isinstance(policy, Mapping):
        every = list(_dated(stays, EVERY, policy, _Tables(weights, None), by, "", year))
        return every, every
    care = stays.labels("care_region")
    home = _with_default(stays.labels("insured_region"), care)

    def of(regions: Labels) -> Iterator[Jurisdiction]:
        for region, rows in _regions(regions):
            own = _of_region(policy, region)
            yield from _dated(stays, rows, own, _Tables(weights, region), by, region, year)

    return list(of(care)), list(of(home))


def _dated(
    stays: Stays,
    rows: Ints | slice,
    policy: Policy,
    tables: _Tables,
    by: str | None,
    region: str,
    year: int | None,
) -> Iterator[Jurisdiction]:
    """One jurisdiction for each stretch of days on which the policy prices cases the same, by one scheme."""
    positions: Ints = np.arange(len(stays))[rows]
    if by is None or not len(positions):
        yield Jurisdiction(rows, policy, tables.of(policy), region)
        return
    days = stay_days(stays, positions, f"{by}_date")
    own_days = days
    if year is not None:
        days = in_year(days, year)
    first, last = (EPOCH + datetime.timedelta(int(day)) for day in (days.min(), days.max()))
    starts = [first, *policy.changes(first, last, pricing=True)]
    stretch = np.searchsorted([(start - EPOCH).days for start in starts], days, side="right") - 1
    schemes = scheme_of_rows(stays, positions, policy, later=days - own_days)
    for number, start in enumerate(starts):
        own = policy.at(start)
        for scheme in dict.fromkeys(schemes[stretch == number]):
            here = positions[(stretch == number) & (schemes == scheme)]
            table = tables.of(policy_of_scheme(own, scheme))
            yield Jurisdiction(here if len(here) < len(stays) else EVERY, own, table, region)


def in_year(days: Floats, year: int) -> Floats:
    """The same days of the year in another year; the last of February is the last there too.

    >>> in_year(np.array([20635.0]), 2028).astype("datetime64[D]").astype(str).tolist()
    ['2028-07-01']
    """
    dates = np.asarray(days).astype(np.int64).astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    within = (dates - months.astype("datetime64[D]")).astype(np.int64)
    moved = np.datetime64(f"{year:04d}-01", "M") + months.astype(np.int64) % 12
    first, after = moved.astype("datetime64[D]"), (moved + 1).astype("datetime64[D]")
    return np.minimum(first + within, after - 1).astype(np.int64).astype(np.float64)


def schemes_of(stays: Stays, policy: Any) -> npt.NDArray[np.object_]:
    """The scheme of every stay by its day, under a policy or under the policies of the care regions."""
    if not isinstance(policy, Mapping):
        return scheme_of_rows(stays, EVERY, policy)
    found = np.empty(len(stays), dtype=object)
    for region, rows in _regions(stays.labels("care_region")):
        found[rows] = scheme_of_rows(stays, rows, _of_region(policy, region))
    return found


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


@dataclass(frozen=True)
class _Tables:
    """The weights given for a region, or by scheme; else those a policy names."""

    given: Any
    region: str | None

    def of(self, policy: Policy) -> Weights | None:
        from ...dip import DipCatalogue
        from ...weights.weights import Weights

        found = self.given
        if isinstance(found, Mapping):
            keys = (key for key in (self.region, policy.scheme, OTHER) if key in found)
            found = found.get(next(keys, None))
        if found is None:
            return Weights.of(policy)
        if isinstance(found, Weights):
            return found
        if isinstance(found, str) and found in Weights.published():  # as `--weights` takes its id
            return Weights.load(found)
        return Weights.from_catalogue(found) if isinstance(found, DipCatalogue) else Weights.from_table(found)


def _with_default(labels: Labels, default: Labels) -> Labels:
    """`labels`, taking `default` where missing."""
    names = tuple(dict.fromkeys([*labels.names, *default.names]))
    place = {name: code for code, name in enumerate(names)}
    own = np.array([*(place[name] for name in labels.names), -1], np.int32)[labels.codes]
    other = np.array([*(place[name] for name in default.names), -1], np.int32)[default.codes]
    return Labels(np.where(own < 0, other, own), names)
