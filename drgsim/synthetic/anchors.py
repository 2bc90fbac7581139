"""How much a case of each group costs beside the average: published weights, and stated stand-ins.

A group without a published weight takes the mean of its ADRG, else of its kind in its MDC, else 1, times
what its severity usually makes. Such weights are `assumed`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..schemes.model import Adrg, Drg, Scheme
from .tables import rows

# shipped scheme -> its folder of neutral tables
ANCHORED = {
    "chs-drg-1.0": "chs_drg_1_0",
    "chs-drg-1.1": "chs_drg_1_1",
    "chs-drg-2.0": "chs_drg_2_0",
}
_NEWEST = max(ANCHORED)  # for a scheme that has no table of its own, nor its base
# what the last character of a group's code makes of the mean of its siblings; assumed
_BY_SEVERITY = {"1": 1.35, "3": 1.05, "5": 0.8}


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
                known[relation].append(published[drg.code].weight / _BY_SEVERITY.get(drg.code[-1], 1.0))
    return {
        drg.code: published.get(drg.code) or _stand_in(drg, adrgs[drg.adrg], known) for drg in scheme.drgs
    }


def _relations(drg: Drg, adrg: Adrg) -> Iterator[str]:
    """What a group shares with others, the nearest first."""
    yield f"ADRG {drg.adrg}"
    yield f"{adrg.kind} {adrg.mdc}"


def _stand_in(drg: Drg, adrg: Adrg, known: Mapping[str, list[float]]) -> Anchor:
    factor = _BY_SEVERITY.get(drg.code[-1], 1.0)
    for relation in _relations(drg, adrg):
        if relation in known:
            weights = known[relation]
            return Anchor(
                drg.code, factor * sum(weights) / len(weights), f"mean of {relation}", "P90", "assumed"
            )
    return Anchor(drg.code, factor, "average", "P90", "assumed")
