"""Everything that cases of a region, year and scheme are drawn from, made once and kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..grouping import DrgGrouper
from ..schemes.rules.terms import Variable
from .calibrate import Calibration, calibrate
from .case_codes import CaseCodes
from .costs import Bills, Spread, load_spread
from .hospitals import REGISTRATIONS, Care, Hospitals, Treatment, hospitals_of
from .mix import CaseMix, case_mix
from .outcome import Outcome
from .people import Diseases, Illness, Patients, People
from .randomness import BLOCK, Choices, Streams
from .region_record import RegionRecord
from .satisfy import CasePools, case_pools
from .targets import INSURANCES, LEVELS, bands, rows

if TYPE_CHECKING:
    from ..schemes.scheme import Scheme

Dates = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Calendar:
    """Draws the dates of a block of stays. Every discharge is in the year."""

    def __init__(self, region: RegionRecord, year: int) -> None:
        self._first_day = date(year, 1, 1)
        self._days = (date(year + 1, 1, 1) - self._first_day).days
        season = region.assumed["season"]
        days = [self._first_day + timedelta(days=day) for day in range(self._days)]
        self._day = Choices(
            [season["months"][day.month - 1] * season["weekdays"][day.weekday()] for day in days]
        )
        self._soon_days = region.assumed["repeats"]["soon_days"]

    def draw(
        self, streams: Streams, patients: Patients, diseases: Diseases, stay: Ints
    ) -> tuple[Dates, Dates, Ints]:
        """Admission and discharge date, and the position of the patient's first stay.

        Further stays of a patient whose stays do not fit into one year are other patients'.
        """
        drawn = _ordered(self._day.draw(streams.uniform("discharge", BLOCK)), patients.first)
        gap = 1 + (streams.uniform("gap", BLOCK) * self._soon_days).astype(np.int64)
        leave = drawn.copy()
        # a stay lasts from the day of admission to that of discharge: admission = discharge - stay
        for order in range(1, int(patients.order.max()) + 1):
            now = np.flatnonzero(patients.order == order)
            earliest = leave[now - 1] + gap[now] + stay[now]
            leave[now] = np.where(diseases.soon[now], earliest, np.maximum(drawn[now], earliest))
        crowded = self._crowded(patients, leave, stay)
        # one stay of each patient, whichever, is where it was drawn: so the season stays as stated
        anchor = _one_of_each(streams.uniform("anchor", BLOCK), patients.first)
        leave = (leave - (leave - drawn)[anchor]) % self._days
        leave = np.where(crowded, drawn, leave)
        start = np.datetime64(self._first_day)
        first = np.where(crowded, np.arange(BLOCK), patients.first)
        return start + (leave - stay), start + leave, first

    def _crowded(self, patients: Patients, leave: Ints, stay: Ints) -> Bools:
        """Whether the stays of a case's patient, from the first admission on, take a year or more."""
        last = np.zeros(BLOCK, dtype=np.int64)
        np.maximum.at(last, patients.first, leave)
        begun = leave[patients.first] - stay[patients.first]
        return last[patients.first] - begun >= self._days


def _ordered(days: Ints, first: Ints) -> Ints:
    """The days of each patient from early to late."""
    return days[np.lexsort((days, first))]


def _one_of_each(uniform: Floats, first: Ints) -> Ints:
    """The position of one stay of each case's patient, any of them as likely."""
    count = np.bincount(first, minlength=len(first))
    return first + (uniform[first] * count[first]).astype(np.int64)


Texts = npt.NDArray[np.object_]


class Labels:
    """What stands in the text columns of cases."""

    def __init__(self, region: RegionRecord, pools: CasePools, mix: CaseMix, hospitals: Hospitals) -> None:
        self._places = _texts(place.id for place in region.places)
        self._hospitals = _texts(hospitals.ids)
        self._levels = np.array(LEVELS)
        self._registrations, self._insurances = _texts(REGISTRATIONS), _texts(INSURANCES)
        self._groups = _texts(pools.drgs)
        stated = {row["mdc"]: row for row in rows("mdc_mix.csv")}
        self._departments = np.stack(
            [
                _texts(stated.get(letter, {}).get(column, "") for letter in mix.chapter)
                for column in ("department_surgical", "department")
            ]
        )
        self._of_band = _texts(band.medical_department for band in bands())
        self._asked = _texts(core.needs.department or "" for core in pools.cores)

    def columns(self, patients: Patients, diseases: Diseases, treatment: Treatment) -> dict[str, Any]:
        """Where and how each case is insured and treated."""
        return {
            "hospital_id": self._hospitals[treatment.hospital],
            "hospital_level": self._levels[treatment.level],
            "department": self._department(patients, diseases),
            "insured_region": self._places[patients.place],
            "care_region": self._places[treatment.place],
            "registration": self._registrations[treatment.registration],
            "insurance": self._insurances[patients.insurance],
            "retired": patients.retired,
        }

    def groups(self, diseases: Diseases) -> Texts:
        """The group each case is made for."""
        return self._groups[diseases.drg]

    def _department(self, patients: Patients, diseases: Diseases) -> Texts:
        """The department a rule asks for, else that of children, else that of the chapter."""
        usual = self._departments[diseases.medical.astype(np.int64), diseases.target]
        of_band = self._of_band[patients.band]
        usual = np.where(diseases.medical & (of_band != ""), of_band, usual)
        asked = self._asked[diseases.core]
        return np.where(asked != "", asked, usual)


def _texts(texts: Iterable[str]) -> Texts:
    return np.array(list(texts), dtype=object)


Ints = npt.NDArray[np.int64]

_DIGITS = 6
_FEN = 100


class Amounts:
    """Draws cost and stay of a block of cases."""

    def __init__(
        self,
        region: RegionRecord,
        pools: CasePools,
        mix: CaseMix,
        calibration: Calibration,
        hospitals: Hospitals,
    ) -> None:
        self._spread = load_spread()
        self._weight = np.round(mix.weight, _DIGITS)
        self._days = np.round(mix.weight ** region.assumed["stay"]["by_weight"], _DIGITS)
        self._longest = region.assumed["stay"]["longest"]
        self._price = np.array([place.price for place in region.places])
        self._calibration, self._hospitals = calibration, hospitals
        needs = [core.needs.bounds.get(Variable.LOS, (0.0, np.inf)) for core in pools.cores]
        self._least, self._most = np.array(needs).T

    def draw(
        self, streams: Streams, patients: Patients, diseases: Diseases, treatment: Treatment
    ) -> tuple[Ints, Ints]:
        """Cost in fen and stay in days of every case of a block."""
        row = Spread.row(diseases.medical, diseases.severity)
        cost_factor, stay_factor = self._spread.factors(
            row, streams.normal("cost", BLOCK), streams.normal("stay", BLOCK)
        )
        rate = self._calibration.rate[patients.insurance, treatment.level] * self._weight[diseases.drg]
        yuan = rate * self._price[treatment.place] * self._hospitals.cost[treatment.hospital] * cost_factor
        fen = np.maximum(np.rint(yuan * _FEN), _FEN).astype(np.int64)
        beyond = self._calibration.stay[patients.insurance, treatment.level] * self._days[diseases.drg]
        beyond = beyond * self._hospitals.stay[treatment.hospital] * stay_factor
        days = 1 + np.floor(beyond + streams.uniform("day", BLOCK))
        days = np.clip(days, self._least[diseases.core], self._most[diseases.core])
        return fen, np.minimum(days, self._longest).astype(np.int64)


@dataclass(frozen=True, eq=False)
class World:
    """What a block of cases is drawn from, step by step."""

    region: RegionRecord
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
def build_world(region: RegionRecord, year: int, grouper: DrgGrouper) -> World:
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


def grouper_of(scheme: str | Scheme | DrgGrouper) -> DrgGrouper:
    """The grouper of a scheme; that of an id is kept."""
    if isinstance(scheme, DrgGrouper):
        return scheme
    return _shipped(scheme) if isinstance(scheme, str) else DrgGrouper(scheme)


@cache
def _shipped(name: str) -> DrgGrouper:
    return DrgGrouper(name)
