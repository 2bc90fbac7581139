"""Everything that cases of a region, year and scheme are drawn from, made once and kept."""

from __future__ import annotations

from dataclasses import dataclass

from ..schemes.model import Scheme
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


def build_world(region: SyntheticRegion, year: int, scheme: Scheme) -> World:
    """Prove the scheme's pools, mix the cases, meet the year's totals. The last few are kept."""
    key = id(region), year, id(scheme)
    kept = _KEPT.get(key)
    if kept is None:
        while len(_KEPT) >= _MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)))
        kept = _KEPT[key] = _build(region, year, _pools(scheme))
    return kept


_MOST_KEPT = 4
_KEPT: dict[tuple[int, int, int], World] = {}
_POOLS: dict[int, CasePools] = {}


def _pools(scheme: Scheme) -> CasePools:
    if id(scheme) not in _POOLS:
        _POOLS.clear()  # of one scheme at a time: they are large
        _POOLS[id(scheme)] = case_pools(scheme)
    return _POOLS[id(scheme)]


def _build(region: SyntheticRegion, year: int, pools: CasePools) -> World:
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
        Outcome(region, pools),
        Bills(region, mix),
        CaseCodes(region, pools),
        Labels(region, pools, mix, hospitals),
    )
