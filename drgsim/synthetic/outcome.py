"""How a stay goes: ages of infants in days, weights of newborns, discharge, intensive care, ventilation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..cases.named_codes import named_codes
from ..codes import Catalogue, Kind
from ..schemes.model import NewbornWeight
from ..schemes.rules.terms import Variable
from .people import Diseases, Patients
from .randomness import BLOCK, Choices, Streams
from .region_record import RegionRecord
from .satisfy.severity_codes import SEVERITIES
from .targets import bands, document, drawn, rows

if TYPE_CHECKING:
    from .satisfy import CasePools


WEIGHTS = "children_birth_weights"


def write_births(columns: dict[str, Any], streams: Streams) -> dict[str, Any]:
    """The columns of a block, with births written as the check rules Q01 and Q08 ask for."""
    facts = document("births.toml")
    ways, named = (facts["spontaneous"][:3], facts["by_caesarean"][:3]), _codes("delivery-record")
    near, told = facts["delivery_procedures"], facts["delivery_diagnoses"]
    diagnoses: list[str] = list(columns["diagnoses"])
    weights: list[str | None] = [None] * BLOCK
    scores = streams.normal("children's weights", BLOCK, 2)
    done: list[str] = columns["procedures"]
    for row in sorted(_holding(diagnoses, told) | _holding(done, near)):
        codes, acts = diagnoses[row].split("|"), set(done[row].split("|"))
        caesarean = not acts.isdisjoint(_codes("caesarean"))
        if codes[0][:3] in ways and (codes[0][:3] == ways[1]) != caesarean:
            codes[0] = facts["by_caesarean" if caesarean else "spontaneous"]
        delivered = not _codes("delivery").isdisjoint(codes) or not acts.isdisjoint(
            _codes("delivery-procedures")
        )
        lost = not _codes("not-a-birth").isdisjoint(codes)
        if delivered and not lost and _codes("delivery-outcome").isdisjoint(codes):
            codes.append(facts["outcome"])
        diagnoses[row] = "|".join(codes)
        if not lost and not named.isdisjoint(codes):
            twins = any(code.startswith(tuple(facts["twins"])) for code in codes)
            weights[row] = "|".join(map(_grams, scores[row, : 1 + twins], [twins] * 2))
    return {**columns, "diagnoses": diagnoses, WEIGHTS: weights}


def _holding(texts: Sequence[str], parts: Iterable[str]) -> set[int]:
    """Places of the texts that hold any of the parts, searched as one text: few of many do."""
    whole, ends = "\n".join(texts), np.cumsum([len(text) + 1 for text in texts])
    at = [found.start() for part in parts for found in re.finditer(re.escape(part), whole)]
    return set(np.searchsorted(ends, at, side="right").tolist())


def _grams(score: float, twin: bool) -> str:
    facts = document("births.toml")
    grams = facts["twin_weight" if twin else "mean_weight"] + facts["spread"] * float(score)
    return str(10 * round(min(max(grams, facts["lightest"]), facts["heaviest"]) / 10))


@cache
def _codes(name: str) -> frozenset[str]:
    """The codes of a list of the check rules."""
    kind: Kind = "procedure" if name in ("caesarean", "delivery-procedures") else "diagnosis"
    codes = Catalogue.load(kind).codes
    return frozenset(codes[place] for place in np.flatnonzero(named_codes(name)).tolist())


Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MISSING = -1
_DEATH = 5


@dataclass(frozen=True, slots=True)
class Course:
    """The cases of a block, each with how it went. All arrays [cases]; -1 is missing.

    Attributes
    ----------
    age_days : for those under one year
    birth_weight, admission_weight : g, for newborns
    discharge : mode
    icu_hours, ventilation_hours : 0 for none
    """

    age_days: Ints
    birth_weight: Ints
    admission_weight: Ints
    discharge: Ints
    icu_hours: Floats
    ventilation_hours: Floats


class Outcome:
    """Draws the course of a block of cases."""

    def __init__(self, region: RegionRecord, pools: CasePools, asked: NewbornWeight) -> None:
        self._at_admission = asked is NewbornWeight.ADMISSION
        self._assumed = region.assumed["outcome"]
        limits = [core.limit for core in pools.cores]
        self._ages = np.array([[limit.age_from, limit.age_to] for limit in limits]).T
        shared = {id(core.needs): core.needs for core in pools.cores}  # few, each of many cores
        needs, place = [*shared.values()], {key: number for number, key in enumerate(shared)}
        own = np.array([place[id(core.needs)] for core in pools.cores])
        self._bounds = {
            variable: np.array([each.bounds.get(variable, (-np.inf, np.inf)) for each in needs])[own].T
            for variable in (Variable.AGE_DAYS, Variable.WEIGHT, Variable.ICU_HOURS)
        }
        listed = {int(mode): share for mode, share in self._assumed["modes"].items()}
        self._modes = np.array([1, *listed])
        usual = np.array([1.0 - sum(listed.values()), *listed.values()])
        deaths = np.where(self._modes == _DEATH, 1.0, 0.0)
        factors = [1.0, 1.0, self._assumed["death_with_mcc"]]
        factors += [factor * self._assumed["death_low_risk"] for factor in factors]
        self._mode = Choices([usual * (1.0 + deaths * (factor - 1.0)) for factor in factors])
        low_risk = {
            code
            for code, listed in zip(Catalogue.load("diagnosis").codes, named_codes("low-risk"), strict=True)
            if listed
        }
        self._low_risk = np.array([core.principal in low_risk for core in pools.cores])
        self._asked_mode = np.array([min(each.discharges, default=0) for each in needs])[own]
        self._newborn_days = bands()[0].days_to or 0
        self._icu = np.array([self._assumed["icu"][severity] for severity in SEVERITIES])
        self._hours = np.array([_ventilated(core.main, *core.procedures) for core in pools.cores]).T

    def age(self, patients: Patients, diseases: Diseases) -> Ints:
        """The patients' ages; within their band, those the group asks for."""
        low, high = self._ages
        return np.clip(patients.age, low[diseases.core], high[diseases.core])

    def draw(self, streams: Streams, patients: Patients, diseases: Diseases, stay: Ints) -> Course:
        """The course of every case of a block."""
        days = self._days(streams, patients, diseases)
        newborn = (days != MISSING) & (days <= self._newborn_days)
        asked_weight = self._weight(streams, diseases)
        daily = np.floor(streams.uniform("gain", BLOCK) * drawn("weight_gain_most"))
        gain = daily * np.maximum(days - drawn("weight_gain_after"), 0)
        birth, admitted = self._weights(asked_weight, gain.astype(np.int64))
        row = diseases.severity + len(SEVERITIES) * self._low_risk[diseases.core]
        mode = self._modes[self._mode.draw(streams.uniform("mode", BLOCK), row)]
        asked = self._asked_mode[diseases.core]
        icu, ventilation = self._intensive(streams, diseases, stay)
        return Course(
            days,
            np.where(newborn, birth, MISSING),
            np.where(newborn, admitted, MISSING),
            np.where(asked > 0, asked, mode),
            icu,
            ventilation,
        )

    def _days(self, streams: Streams, patients: Patients, diseases: Diseases) -> Ints:
        """Ages in days; the first days of life are the most frequent among newborns."""
        low = np.array([band.days_from or 0 for band in bands()])[patients.band]
        high = np.array([band.days_to or 0 for band in bands()])[patients.band]
        least, most = self._bounds[Variable.AGE_DAYS]
        low = np.maximum(low, least[diseases.core])
        high = np.minimum(high, most[diseases.core])
        place = streams.uniform("age in days", BLOCK)
        days = np.floor(low + place * place * (high - low + 1.0)).astype(np.int64)
        return np.where(patients.under_one, days, MISSING)

    def _weights(self, asked: Ints, gain: Ints) -> tuple[Ints, Ints]:
        """The weights at birth and at admission, when `asked` is the one that the scheme's rules mean."""
        if not self._at_admission:
            return asked, asked + gain
        least = np.minimum(asked, self._assumed["birth_weight_least"])
        return np.maximum(asked - gain, least), asked

    def _weight(self, streams: Streams, diseases: Diseases) -> Ints:
        """Weights to 10 g: around the usual one, or evenly within what the group asks for."""
        usual, spread = self._assumed["birth_weight"], self._assumed["birth_weight_sd"]
        free = usual + spread * streams.normal("birth weight", BLOCK)
        least, most = (bound[diseases.core] for bound in self._bounds[Variable.WEIGHT])
        low = np.maximum(least, self._assumed["birth_weight_least"])
        heaviest = np.minimum(most, usual + drawn("birth_weight_reach") * spread)
        inside = low + streams.uniform("weight inside", BLOCK) * (heaviest - low)
        asked = np.isfinite(most)  # groups of the light: a weight below the usual
        weight = np.where(asked, inside, np.clip(free, np.maximum(low, 0.0), most))
        return (np.round(weight / 10.0) * 10.0).clip(np.ceil(np.maximum(least, 0)), most).astype(np.int64)

    def _intensive(self, streams: Streams, diseases: Diseases, stay: Ints) -> tuple[Floats, Floats]:
        """Hours of intensive care and of ventilation, within the stay."""
        place = streams.uniform("intensive care", BLOCK)
        shortest = drawn("icu_hours_least")
        more = np.minimum(stay * 24.0 - shortest, drawn("icu_hours_more"))
        hours = shortest + np.floor(streams.uniform("hours", BLOCK) * more)
        least, most = (bound[diseases.core] for bound in self._bounds[Variable.ICU_HOURS])
        icu = np.clip(
            np.where(place < self._icu[diseases.severity], hours, 0.0), np.maximum(least, 0.0), most
        )
        part = streams.uniform("ventilated part", BLOCK)
        some = streams.uniform("ventilated", BLOCK) < self._assumed["ventilated"]
        share = drawn("ventilated_part_least") + drawn("ventilated_part_more") * part
        usual = np.where(some, np.floor(icu * share), 0.0)
        low, high = (bound[diseases.core] for bound in self._hours)
        coded = np.floor(low + part * part * (np.minimum(high, np.maximum(stay * 24.0, low)) - low))
        ventilation = np.where(high > 0, coded, usual)
        return np.maximum(icu, ventilation), ventilation


def _ventilated(*procedures: str) -> tuple[float, float]:
    """The hours of ventilation that the procedures of a core tell; (0, 0) when they tell none."""
    first = min(map(_ventilation, procedures))
    stated = rows("ventilation.csv")
    if first == len(stated):
        return 0.0, 0.0
    return float(stated[first]["hours_from"]), float(stated[first]["hours_to"])


@cache
def _ventilation(procedure: str) -> int:
    """The row of the table that a procedure falls under first; the number of rows for none."""
    stated = rows("ventilation.csv")
    found = (place for place, row in enumerate(stated) if procedure.startswith(row["prefix"]))
    return next(found, len(stated))
