"""Pools of proved cases: for each target, cell and severity the group they land in, and their codes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...grouping import DrgGrouper
from ...schemes.model import Scheme
from ...schemes.rules.terms import Variable
from ..bands import SEXES, bands, cell_count
from ..choose import Pools, zipf
from .candidates import Core
from .probe import Probe
from .severity_codes import SEVERITIES, SeverityCodes
from .target import Target, targets

_TRIALS = 2  # cases tried for the group of a cell and severity
_COMMONNESS = 1.1  # Zipf exponent over the cores of a target; assumed

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CasePools:
    """What a scheme's rules allow, proved by grouping.

    Attributes
    ----------
    severity : the secondary diagnoses that give a case its severity
    targets : the targets that some case can reach
    reach : int32 [targets, cells, severities]; index into `drgs`, -1 where nothing lands in the target
    drgs : codes of the groups reached
    unreached : codes of the groups that no case was found for
    cores : every proved core, in the order of their targets
    pool : rows of positions in `cores`, row = target * cells + cell
    """

    scheme: Scheme
    severity: SeverityCodes
    targets: tuple[Target, ...]
    reach: npt.NDArray[np.int32]
    drgs: tuple[str, ...]
    unreached: tuple[str, ...]
    cores: tuple[Core, ...]
    pool: Pools
    members: Ints  # position in the pool -> position in `cores`


def case_pools(grouper: DrgGrouper) -> CasePools:
    """Solve the rules of the grouper's scheme and prove every solution with the grouper."""
    scheme = grouper.scheme
    severity = SeverityCodes(scheme)
    aimed = tuple(target for target in targets(scheme) if target.cores)
    drgs = tuple(drg.code for drg in scheme.drgs)
    number_of = {code: number for number, code in enumerate(drgs)}
    probe = Probe(grouper, severity)
    fitting = [_fitting(target.cores) for target in aimed]
    reach = _reach(probe, aimed, fitting, number_of)
    proved = _proved(probe, aimed, fitting, reach, number_of)
    weights, members, start = [], [], 0
    for number, kept in enumerate(proved):
        usual = zipf(len(kept), _COMMONNESS)
        inside = fitting[number][kept] & (reach[number] >= 0).any(axis=1)
        reach[number, ~inside.any(axis=0)] = -1
        for places in map(np.flatnonzero, inside.T):
            weights.append(usual[places])
            members.append(places + start)
        start += len(kept)
    reached = {drgs[number] for number in np.unique(reach) if number >= 0}
    return CasePools(
        scheme,
        severity,
        aimed,
        reach,
        drgs,
        tuple(code for code in drgs if code not in reached),
        tuple(target.cores[place] for target, kept in zip(aimed, proved, strict=True) for place in kept),
        Pools(weights),
        np.concatenate(members),
    )


def _fitting(cores: Sequence[Core]) -> Bools:
    """Which cores fit which cells: bool [cores, cells]."""
    limits = [core.limit for core in cores]
    age_from, age_to = (
        np.array([getattr(limit, name) for limit in limits]) for name in ("age_from", "age_to")
    )
    days = [core.needs.bounds.get(Variable.AGE_DAYS, (-np.inf, np.inf)) for core in cores]
    least, most = np.array(days).T
    columns = []
    for band in bands():
        fits = (age_from <= band.age_to) & (age_to >= band.age_from)
        if band.days_from is not None and band.days_to is not None:
            fits &= (least <= band.days_to) & (most >= band.days_from)
        columns += [fits & np.array([sex in limit.sexes for limit in limits]) for sex in SEXES]
    return np.stack(columns, axis=1)


def _reach(
    probe: Probe, aimed: Sequence[Target], fitting: Sequence[Bools], number_of: dict[str, int]
) -> npt.NDArray[np.int32]:
    """The group that trial cases of each target, cell and severity land in."""
    asked = []
    for number, target in enumerate(aimed):
        for cell in range(cell_count()):
            for place in np.flatnonzero(fitting[number][:, cell])[:_TRIALS]:
                for severity in range(len(SEVERITIES)):
                    if probe.add(target.cores[place], cell, severity):
                        asked.append((number, cell, severity))
    landed: dict[tuple[int, int, int], Counter[str]] = defaultdict(Counter)
    for spot, drg in zip(asked, probe.answers(), strict=True):
        if drg in aimed[spot[0]].drgs:
            landed[spot][drg] += 1
    reach = np.full((len(aimed), cell_count(), len(SEVERITIES)), -1, dtype=np.int32)
    for spot, counts in landed.items():
        reach[spot] = number_of[counts.most_common(1)[0][0]]
    return reach


def _proved(
    probe: Probe,
    aimed: Sequence[Target],
    fitting: Sequence[Bools],
    reach: npt.NDArray[np.int32],
    number_of: dict[str, int],
) -> list[Ints]:
    """Places of the cores of each target that land where its trial cases did, each tried in one cell."""
    asked = []
    for number, target in enumerate(aimed):
        reachable = fitting[number] & (reach[number] >= 0).any(axis=1)
        severity = (reach[number] >= 0).argmax(axis=1)
        for place in np.flatnonzero(reachable.any(axis=1)).tolist():
            cells = np.flatnonzero(reachable[place])
            cell = int(cells[place % len(cells)])  # another cell for each core, so that all are tried
            if probe.add(target.cores[place], cell, int(severity[cell])):
                asked.append((number, place, int(reach[number, cell, severity[cell]])))
    right = [np.zeros(len(target.cores), dtype=bool) for target in aimed]
    for (number, place, expected), drg in zip(asked, probe.answers(), strict=True):
        right[number][place] = number_of.get(drg) == expected
    return [np.flatnonzero(kept) for kept in right]
