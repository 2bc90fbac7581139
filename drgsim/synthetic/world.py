"""Everything that cases of a region, year and scheme are drawn from, made once and kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..grouping import DrgGrouper
from .amounts import Amounts
from .calendar import Calendar
from .calibrate import Calibration, calibrate
from .care import Care
from .case_codes import CaseCodes
from .disease import Illness
from .hospitals import Hospitals, hospitals_of
from .labels import Labels
from .mix import CaseMix, case_mix
from .outcome import Outcome
from .parts import Bills
from .people import People
from .region import SyntheticRegion
from .satisfy import CasePools, case_pools


@dataclass(frozen=True, eq=False)
class World:
    """What a block of cases is drawn from, step by step."""

    region: SyntheticRegion
    year: int
    pools: CasePools
    mix: CaseMix
    calibration: Calibration
    hospitals: Hospitals
    people: People
    illness: Illness
    care: Care
    amounts: Amounts
    calendar: Calendar
    outcome: Outcome
    bills: Bills
    codes: CaseCodes
    labels: Labels


@lru_cache(maxsize=4)
def build_world(region: SyntheticRegion, year: int, grouper: DrgGrouper) -> World:
    """Prove the scheme's pools, mix the cases, meet the year's totals. The last few are kept."""
    pools = _pools(grouper)
    mix = case_mix(pools)
    calibration = calibrate(region, year, mix)
    hospitals = hospitals_of(region)
    return World(
        region,
        year,
        pools,
        mix,
        calibration,
        hospitals,
        People(region, year),
        Illness(region, pools, mix, calibration),
        Care(region, calibration, hospitals),
        Amounts(region, pools, mix, calibration, hospitals),
        Calendar(region, year),
        Outcome(region, pools, grouper.compiled.newborn_weight),
        Bills(region, mix),
        CaseCodes(region, pools),
        Labels(region, pools, mix, hospitals),
    )


@lru_cache(maxsize=2)  # they are large
def _pools(grouper: DrgGrouper) -> CasePools:
    return case_pools(grouper)
