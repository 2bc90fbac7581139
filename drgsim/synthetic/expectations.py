"""What a region's year is expected to be before any case is drawn, as tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..published import series
from .generate import grouper_of
from .members import member_cells
from .mix import group_shares
from .targets import INSURANCES, LEVELS
from .world import build_world

if TYPE_CHECKING:
    from ..grouping import DrgGrouper
    from ..schemes.model import Scheme
    from .region import SyntheticRegion


def mix_table(region: SyntheticRegion, year: int, scheme: str | Scheme | DrgGrouper) -> pd.DataFrame:
    """`SyntheticRegion.mix`."""
    world = build_world(region, year, grouper_of(scheme))
    members = member_cells(year)
    share = np.bincount(members.insurance, weights=members.discharges) @ group_shares(world.mix, members)
    anchors = [world.mix.anchors[code] for code in world.pools.drgs]
    table = pd.DataFrame(
        {
            "drg": world.pools.drgs,
            "name": [drg.name for drg in world.pools.scheme.drgs],
            "share": share / members.discharges.sum(),
            "relative_cost": [anchor.weight for anchor in anchors],
            "basis": [anchor.basis for anchor in anchors],
            "source": [anchor.source for anchor in anchors],
            "state": [anchor.state for anchor in anchors],
        }
    )
    return table.sort_values("share", ascending=False, kind="stable", ignore_index=True)


def flow_table(region: SyntheticRegion, year: int, scheme: str | Scheme | DrgGrouper) -> pd.DataFrame:
    """`SyntheticRegion.flows`."""
    calibration = build_world(region, year, grouper_of(scheme)).calibration
    names = (INSURANCES, [city.id for city in region.cities], [place.id for place in region.places])
    index = pd.MultiIndex.from_product(names, names=["insurance", "insured_region", "care_region"])
    flows = {"discharges": calibration.flow_cases, "cost": calibration.flow_cost}
    return pd.DataFrame(
        {name: flow.ravel() * region.insured_share for name, flow in flows.items()}, index=index
    ).reset_index()


def rate_table(region: SyntheticRegion, year: int, scheme: str | Scheme | DrgGrouper) -> pd.DataFrame:
    """`SyntheticRegion.rates`."""
    rate = build_world(region, year, grouper_of(scheme)).calibration.rate
    rows = []
    for insurance, of_levels in zip(INSURANCES, rate, strict=True):
        known = series("base_rate", insurance=insurance, area="harbin")
        nearest = known[min(known, key=lambda there: abs(there - year))]
        rows += [
            (insurance, level, value, nearest.amount) for level, value in zip(LEVELS, of_levels, strict=True)
        ]
    return pd.DataFrame(rows, columns=["insurance", "hospital_level", "rate", "harbin"])
