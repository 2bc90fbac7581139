"""How often each group and severity occurs among people of an age band and sex. An assumption throughout.

Chapters (MDC) by age band and their surgical, procedure and medical parts are stated in `mdc_mix.csv`;
within them an ADRG is the more frequent the more common diagnoses or procedures lead to it; severities
follow `severity_mix.csv`. What nobody of a cell can have is left out and the rest scaled up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..codes import Kind
from ..schemes.model import Adrg, AdrgKind, Drg
from ..schemes.scheme import Scheme
from .common_codes import common_prefix, prefix_weight
from .members import MemberCells
from .randomness import Choices
from .satisfy import CasePools
from .satisfy.severity_codes import SEVERITIES
from .satisfy.target import Target
from .targets import INSURANCES, SEXES, bands, drawn, rows

# shipped scheme -> its folder of neutral tables
ANCHORED = {
    "chs-drg-1.0": "chs_drg_1_0",
    "chs-drg-1.1": "chs_drg_1_1",
    "chs-drg-2.0": "chs_drg_2_0",
}
_NEWEST = max(ANCHORED)  # for a scheme that has no table of its own, nor its base


@dataclass(frozen=True, slots=True)
class Anchor:
    """The relative cost of a group and where it is from."""

    drg: str
    weight: float
    basis: str
    source: str
    state: str


def cost_anchors(scheme: Scheme) -> Mapping[str, Anchor]:
    """The relative cost of every group of `scheme`, in its order."""
    table = next((id for id in (scheme.id, scheme.base) if id in ANCHORED), _NEWEST)
    published = {
        row["drg"]: Anchor(row["drg"], float(row["weight"]), row["basis"], row["source"], row["state"])
        for row in rows("cost_anchors", f"{table}.csv")
    }
    adrgs = {adrg.code: adrg for adrg in scheme.adrgs}
    known = defaultdict(list)
    for drg in scheme.drgs:
        if drg.code in published:
            for relation in _relations(drg, adrgs[drg.adrg]):
                known[relation].append(published[drg.code].weight / _by_severity(drg))
    return {
        drg.code: published.get(drg.code) or _stand_in(drg, adrgs[drg.adrg], known) for drg in scheme.drgs
    }


def _by_severity(drg: Drg) -> float:
    """What the last character of a group's code makes of the mean of its siblings."""
    return drawn(f"severity_cost.{drg.code[-1]}") if drg.code[-1] in "135" else 1.0


def _relations(drg: Drg, adrg: Adrg) -> Iterator[str]:
    """What a group shares with others, the nearest first."""
    yield f"ADRG {drg.adrg}"
    yield f"{adrg.kind} {adrg.mdc}"


def _stand_in(drg: Drg, adrg: Adrg, known: Mapping[str, list[float]]) -> Anchor:
    factor = _by_severity(drg)
    for relation in _relations(drg, adrg):
        if relation in known:
            weights = known[relation]
            return Anchor(
                drg.code, factor * sum(weights) / len(weights), f"mean of {relation}", "P90", "assumed"
            )
    return Anchor(drg.code, factor, "average", "P90", "assumed")


Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

KINDS = (AdrgKind.SURGICAL, AdrgKind.PROCEDURE, AdrgKind.MEDICAL)


@dataclass(frozen=True)
class CaseMix:
    """Entries are pairs of target and severity: entry = target * severities + severity.

    Attributes
    ----------
    share : float64 [cells, entries]; a row adds to 1
    drg : int64 [cells, entries], index into the groups of the pools; -1 where nothing is possible
    kind : int64 [targets], position in `KINDS`
    chapter : str [targets], the letter of the MDC
    weight : float64 [drgs], relative cost
    anchors : where each relative cost is from
    choices : draws entries by cell
    """

    share: Floats
    drg: Ints
    kind: Ints
    chapter: tuple[str, ...]
    weight: Floats
    anchors: Mapping[str, Anchor]
    choices: Choices


def case_mix(pools: CasePools) -> CaseMix:
    """The mix of the groups that `pools` can make cases of."""
    places = [place for place, target in enumerate(pools.targets) if target.adrg.kind in KINDS]
    kind = np.full(len(pools.targets), len(KINDS))
    kind[places] = [KINDS.index(pools.targets[place].adrg.kind) for place in places]
    chapter = tuple(target.mdc.code[-1] for target in pools.targets)
    popularity = _popularity(pools.targets) * (kind < len(KINDS))
    possible = pools.reach >= 0
    share = [
        _cell_share(possible[:, cell], cell // len(SEXES), chapter, kind, popularity)
        for cell in range(possible.shape[1])
    ]
    anchors = cost_anchors(pools.scheme)
    whole = np.stack(share).reshape(len(share), -1)
    return CaseMix(
        whole,
        pools.reach.transpose(1, 0, 2).reshape(whole.shape).astype(np.int64),
        np.minimum(kind, len(KINDS) - 1),
        chapter,
        np.array([anchors[code].weight for code in pools.drgs]),
        anchors,
        Choices(whole),
    )


def group_shares(mix: CaseMix, members: MemberCells) -> Floats:
    """Share of each group in the discharges of each insurance: float64 [insurances, drgs]."""
    shares = np.zeros((len(INSURANCES), len(mix.weight)))
    for insurance, cell, discharges in zip(members.insurance, members.cell, members.discharges, strict=True):
        possible = mix.drg[cell] >= 0
        np.add.at(shares[insurance], mix.drg[cell, possible], mix.share[cell, possible] * discharges)
    return shares / shares.sum(axis=1, keepdims=True)


def _popularity(targets: tuple[Target, ...]) -> Floats:
    """How common the codes are that lead to a target; targets of one ADRG share it."""
    siblings = Counter(target.adrg.code for target in targets)
    return np.array([_popular(target) / siblings[target.adrg.code] for target in targets])


def _popular(target: Target) -> float:
    """The squared weights of the different common codes among its cores: a few very common ones rule."""
    kind: Kind = "diagnosis"
    column, codes = "principal", {core.principal for core in target.cores}
    if target.adrg.kind is not AdrgKind.MEDICAL and any(core.main for core in target.cores):
        kind, column, codes = "procedure", "main", {core.main for core in target.cores}
    prefixes = {common_prefix(kind, code) for code in codes}
    return drawn("unlisted_popularity") + sum(prefix_weight(kind, column, prefix) ** 2 for prefix in prefixes)


def _cell_share(
    possible: npt.NDArray[np.bool_], band: int, chapter: tuple[str, ...], kind: Ints, popularity: Floats
) -> Floats:
    """Shares of the entries of one cell: float64 [targets, severities]."""
    severity = possible * _severity_mix()[band]
    alive = popularity * possible.any(axis=1)
    stated = rows("mdc_mix.csv")
    row_of = {row["mdc"]: number for number, row in enumerate(stated)}
    part = np.array([row_of.get(letter, len(stated)) for letter in chapter]) * (len(KINDS) + 1) + kind
    present = np.bincount(part, weights=alive, minlength=(len(stated) + 1) * (len(KINDS) + 1))
    kinds = np.array([[float(row[name.value]) for name in KINDS] + [0.0] for row in stated] + [[0.0] * 4])
    kinds *= present.reshape(kinds.shape) > 0
    kinds = _to_one(kinds)
    chapters = np.array([float(row[bands()[band].id]) for row in stated] + [0.0])
    chapters = _to_one(chapters * (kinds.sum(axis=1) > 0))
    mass = (chapters[:, None] * kinds).ravel()
    target = mass[part] * alive / np.where(present[part] > 0, present[part], 1.0)
    return _to_one(severity) * target[:, None]


def _severity_mix() -> Floats:
    return np.array([[float(row[name]) for name in SEVERITIES] for row in rows("severity_mix.csv")])


def _to_one(shares: Floats) -> Floats:
    """Rows scaled to add to 1; rows of nothing stay so."""
    sums = shares.sum(axis=-1, keepdims=True)
    return shares / np.where(sums > 0, sums, 1.0)
