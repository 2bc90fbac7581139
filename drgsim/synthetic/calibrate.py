"""Solve what is free in a region so that its cases meet the published totals of a year.

Cases are taken together by class of relative cost, so that every expectation is a short sum over city,
insurance, class, place of care and hospital level. Free are: how readily people leave for another
province and how that grows with cost, how readily they leave for another city, how common each hospital
level is, and what a case of relative cost 1 costs and how long it lasts, by insurance and level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .members import city_persons, member_cells
from .mix import CaseMix, group_shares
from .region_record import RegionError, RegionRecord
from .targets import INSURANCES, LEVELS, Target, targets

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_CLASSES = 48  # at most
_ROUNDS = 400
_CLOSE = 1e-10  # relative
_MOST_LEAVE = 0.95  # of the cases of a class
_DIGITS = 6  # of the rates and means that cases are multiplied by


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was solved.

    Attributes
    ----------
    cost_class : int64 [drgs], the class of relative cost of each group
    care : float64 [insurances, cities, classes, places], where the insured of a city are treated
    level : float64 [insurances, cities, places, classes, levels], at which level, in order of `LEVELS`
    rate : float64 [insurances, levels], yuan of a case of relative cost 1 where prices are 1
    stay : float64 [insurances, levels], days beyond the first of a case of relative cost 1
    flow_cases : float64 [insurances, cities, places], expected discharges of the country's year, as if all
        of it lived like the region
    flow_cost : float64 [insurances, cities, places], their expected cost in yuan
    """

    cost_class: Ints
    care: Floats
    level: Floats
    rate: Floats
    stay: Floats
    flow_cases: Floats
    flow_cost: Floats


def calibrate(region: RegionRecord, year: int, mix: CaseMix) -> Calibration:
    """Solve a region for a year. Raises RegionError when its assumptions cannot meet the totals."""
    return _Problem(region, targets(year), year, mix).solve()


class _Problem:
    """What is free, moved round by round until the totals are met."""

    def __init__(self, region: RegionRecord, aims: Mapping[str, Target], year: int, mix: CaseMix) -> None:
        self.region = region
        self.aims = {id: target.amount for id, target in aims.items()}
        self._set_classes(year, mix)
        persons = city_persons(region, year)
        self.city = persons / persons.sum(axis=0)  # [cities, insurances]
        self.whole = np.array([self.aims[f"discharges.{name}"] for name in INSURANCES])
        self.price = np.array([place.price for place in region.places])
        self.leaving_city = 0.1
        self.leaving_province = self.aims["cross_province.cases"]
        self.by_weight = 0.5
        self.odds = np.zeros((len(INSURANCES), len(LEVELS)))

    def _set_classes(self, year: int, mix: CaseMix) -> None:
        """Classes of relative cost, and for each insurance its share, mean cost and mean stay in each."""
        of_drg = group_shares(mix, member_cells(year))
        self.cost_class = _classes(mix.weight, of_drg.mean(axis=0))
        self.classes = int(self.cost_class.max()) + 1
        self.share = self._by_class(of_drg)
        self.cost = self._mean(of_drg, mix.weight)
        self.days = self._mean(of_drg, mix.weight ** self.region.assumed["stay"]["by_weight"])
        self.heaviness = self._mean(of_drg.sum(axis=0, keepdims=True), mix.weight)[0]
        self.heaviness /= (self.heaviness * self.share.mean(axis=0)).sum()

    def _by_class(self, of_drg: Floats) -> Floats:
        return np.stack([np.bincount(self.cost_class, row, minlength=self.classes) for row in of_drg])

    def _mean(self, of_drg: Floats, value: Floats) -> Floats:
        share = self._by_class(of_drg)
        return self._by_class(of_drg * value) / np.where(share > 0, share, 1.0)

    def solve(self) -> Calibration:
        for _ in range(_ROUNDS):
            care, level = self._care(), self._level()
            share = self._joint(care, level)
            rate = self._rate(share)
            if self._adjust(share, rate) < _CLOSE:
                break
        else:
            raise RegionError(
                "the assumptions of the region cannot meet the published totals",
                where=f"region {self.region.id}",
                do="look at [flows] and [levels] of its document",
            )
        return Calibration(
            self.cost_class,
            care,
            level,
            np.round(rate, _DIGITS),
            np.round(self._stay(share), _DIGITS),
            *self._flows(share, rate),
        )

    def _care(self) -> Floats:
        """Where people are treated: [insurances, cities, classes, places]."""
        cities = self.region.cities
        drawing = np.array([city.drawing for city in cities])
        care = np.zeros((len(cities), self.classes, len(cities) + 1))
        out = np.minimum(self.leaving_province * self.heaviness**self.by_weight, _MOST_LEAVE)
        grows = self.heaviness ** self.region.assumed["flows"]["leaving_by_weight"]
        for number, city in enumerate(cities):
            elsewhere = np.minimum(self.leaving_city * city.leaving * grows, _MOST_LEAVE) * (1.0 - out)
            others = np.where(np.arange(len(cities)) == number, 0.0, drawing)
            care[number, :, :-1] = elsewhere[:, None] * others / others.sum()
            care[number, :, number] = 1.0 - out - elsewhere
            care[number, :, -1] = out
        return np.stack([care] * len(INSURANCES))

    def _level(self) -> Floats:
        """Hospital levels: [insurances, cities, places, classes, levels]."""
        assumed = self.region.assumed["levels"]
        exponent = np.array([assumed["by_weight"][str(level)] for level in LEVELS])
        tilt = self.heaviness[:, None] ** exponent
        places = self.region.places
        tertiary = np.array([place.tertiary for place in places])
        away = 1.0 - np.eye(len(self.region.cities), len(places))
        lift = np.exp(tertiary[None, :] + away * assumed["elsewhere_tertiary"])
        lifted = np.ones((*lift.shape, len(LEVELS)))
        lifted[..., LEVELS.index(3)] = lift
        odds = np.exp(self.odds)[:, None, None, None, :] * tilt * lifted[None, :, :, None, :]
        return odds / odds.sum(axis=-1, keepdims=True)

    def _joint(self, care: Floats, level: Floats) -> Floats:
        """Share of the cases of each insurance: [insurances, cities, places, classes, levels]."""
        people = self.city.T[:, :, None, None] * self.share[:, None, None, :]
        return (people * care.transpose(0, 1, 3, 2))[..., None] * level

    def _flows(self, share: Floats, rate: Floats) -> tuple[Floats, Floats]:
        """Cases and cost by insurance, city and place of care."""
        cases = share.sum(axis=(3, 4)) * self.whole[:, None, None]
        money = share * self.cost[:, None, None, :, None] * self.price[None, None, :, None, None]
        return cases, (money * rate[:, None, None, None, :]).sum(axis=(3, 4)) * self.whole[:, None, None]

    def _rate(self, share: Floats) -> Floats:
        """Yuan of a case of relative cost 1 that make the mean cost of each insurance and level right."""
        heavy = share * self.cost[:, None, None, :, None] * self.price[None, None, :, None, None]
        return self._goal("cost") * share.sum(axis=(1, 2, 3)) / heavy.sum(axis=(1, 2, 3))

    def _stay(self, share: Floats) -> Floats:
        """Days beyond the first of a case of relative cost 1 that make the mean stay right."""
        long = (share * self.days[:, None, None, :, None]).sum(axis=(1, 2, 3))
        return (self._goal("stay") - 1.0) * share.sum(axis=(1, 2, 3)) / long

    def _goal(self, name: str) -> Floats:
        return np.array(
            [[self.aims[f"{name}.{insurance}.{level}"] for level in LEVELS] for insurance in INSURANCES]
        )

    def _adjust(self, share: Floats, rate: Floats) -> float:
        """Move what is free towards the totals; returns the greatest relative gap there was."""
        levels = share.sum(axis=(1, 2, 3))
        level_gap = np.log(self._goal("level") / levels)
        self.odds += level_gap
        cases, money = self._flows(share, rate)
        in_province = 1.0 - np.eye(*cases.shape[1:])
        in_province[:, -1] = 0.0
        out_cases = np.log(self.aims["cross_province.cases"] / (cases[..., -1].sum() / cases.sum()))
        out_cost = np.log(self.aims["cross_province.cost"] / (money[..., -1].sum() / money.sum()))
        city_cost = np.log(self.aims["in_province.cost"] / ((money * in_province).sum() / money.sum()))
        self.leaving_province *= np.exp(out_cases)
        self.by_weight += 0.3 * (out_cost - out_cases)
        self.leaving_city *= np.exp(city_cost)
        return float(max(abs(level_gap).max(), abs(out_cases), abs(out_cost), abs(city_cost)))


def _classes(weight: Floats, share: Floats) -> Ints:
    """The class of each group: classes of about equal share from light to heavy, none of them empty."""
    order = np.argsort(weight, kind="stable")
    along = np.cumsum(share[order])
    found = np.empty(len(order), dtype=np.int64)
    found[order] = np.minimum((along * _CLASSES).astype(np.int64), _CLASSES - 1)
    present = np.bincount(found, weights=share, minlength=_CLASSES) > 0
    return np.maximum(np.cumsum(present) - 1, 0)[found]
