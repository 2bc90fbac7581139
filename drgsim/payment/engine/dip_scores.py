"""From the score of a disease type to the points of a case: deviating cases, coefficients, support.

Which bands of cost there are, what each multiplies and with which factors is data
(`data/dip/deviation/*.toml`); this file only does the sums.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..._paths import data_path
from ...errors import ArgumentError, FileFormatError, NotFoundError

Numbers = npt.NDArray[np.float64]

FACTORS = ("hospital", "auxiliary", "support", "assessment")
_TERMS = ("ratio", "constant", "hospital")


@dataclass(frozen=True, slots=True)
class Band:
    """A band of cost over standard, up to `upto` (which belongs to it when `closed`).

    The points of a case in it are its score times `multiplier` times each of the factors `times`, in
    that order. The multiplier is a sum of the ratio, a constant and the hospital coefficient, each times
    the number given.
    """

    name: str
    multiplier: Mapping[str, float]
    times: tuple[str, ...]
    upto: float = float("inf")
    closed: bool = True
    review: bool = False


@dataclass(frozen=True, slots=True)
class DeviationRule:
    """How a region scores cases whose cost deviates from the standard.

    `zero_score` `cost` leaves a type without a score to be paid its cost (NaN points); `primary_care`
    says whether a primary-care type takes its own factor or none in place of the hospital coefficient.
    """

    id: str
    title: str
    title_zh: str
    trust: str
    source: str
    basis: str  # in words: what the cost is compared with
    bands: tuple[Band, ...]
    zero_score: str = "nothing"
    primary_care: str = "none"
    blank_factor: float | None = None
    hospital_by_insurance: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def load(cls, name: str | Path) -> DeviationRule:
        """A shipped rule by its name, or one from a file.

        >>> DeviationRule.load("national").bands[0].upto
        0.5
        """
        return _load(name)

    @classmethod
    def published(cls) -> tuple[str, ...]:
        """Names of the shipped rules."""
        return tuple(sorted(path.stem for path in data_path("dip", "deviation").glob("*.toml")))


@dataclass(frozen=True, eq=False)
class DipPoints:
    """The points of cases, and how they came about.

    Attributes
    ----------
    points : float64, NaN where there is no score, no cost, or where the cost itself is to be paid
    ratio : float64, cost over standard; NaN without either
    band : object, the band's name; `blank` for the blank type, "" where there are no points
    multiplier : float64, of the band, factors not included
    review : bool, whether experts review the case
    """

    points: Numbers
    ratio: Numbers
    band: npt.NDArray[np.object_]
    multiplier: Numbers
    review: npt.NDArray[np.bool_]


def dip_points(
    score: Any,
    cost: Any,
    standard: Any,
    *,
    rule: DeviationRule | str = "national",
    hospital_coefficient: Any = 1.0,
    auxiliary_factor: Any = 1.0,
    support: Any = 0.0,
    assessment: Any = 1.0,
    primary_care: Any = False,
    primary_care_factor: Any = np.nan,
    insurance: Any = None,
    blank: Any = False,
    mean_cost: Any = np.nan,
) -> DipPoints:
    """The points each case earns; every argument is a number or an array of one number a case.

    Parameters
    ----------
    score : score of the disease type
    cost, standard : yuan; the standard is what the rule's `basis` says. Without one the case is normal
    hospital_coefficient : of the hospital; a primary-care type does not take it
    auxiliary_factor : the one that applies (the largest); see `largest_factor`
    support : added share, as for TCM; assessment : coefficient of the yearly assessment
    primary_care, primary_care_factor : whether the type is one, and its own factor (NaN: none, 1)
    insurance : labels of the insurance, where the rule fixes the coefficient by it
    blank, mean_cost : whether the type is the blank one, and its mean cost in yuan

    >>> dip_points(1000, [300, 500, 2500], 1000, rule="national").points.tolist()
    [300.0, 1000.0, 1500.0]
    """
    rule = DeviationRule.load(rule) if isinstance(rule, str) else rule
    given = (score, cost, standard, hospital_coefficient, auxiliary_factor, support, assessment)
    arrays = np.broadcast_arrays(
        *(np.asarray(value, np.float64) for value in (*given, primary_care_factor, mean_cost)),
        np.asarray(primary_care, bool),
        np.asarray(blank, bool),
    )
    score, cost, standard, hospital, auxiliary, support, assessment, own_factor, mean_cost = (
        np.atleast_1d(value) for value in arrays[:9]
    )
    primary, blank = np.atleast_1d(arrays[9]), np.atleast_1d(arrays[10])
    hospital = _hospital(rule, hospital, insurance)
    hospital = np.where(primary, _own_factor(rule, own_factor), hospital)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(standard > 0, cost / standard, np.nan)
    place = _places(rule, np.where(standard > 0, ratio, 1.0))
    factors = {"hospital": hospital, "auxiliary": auxiliary, "support": 1 + support, "assessment": assessment}
    terms = {"ratio": ratio, "constant": np.ones_like(ratio), "hospital": hospital}
    points = np.full(len(score), np.nan)
    multiplier = np.full(len(score), np.nan)
    for number, band in enumerate(rule.bands):
        rows = place == number
        multiplier[rows] = sum(weight * terms[name][rows] for name, weight in band.multiplier.items())
        points[rows] = score[rows] * multiplier[rows]
        for name in band.times:
            points[rows] *= factors[name][rows]
    names = np.array([*(band.name for band in rule.bands), ""], object)[place]
    review = np.array([*(band.review for band in rule.bands), False])[place]
    if rule.blank_factor is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            multiplier = np.where(blank, cost / mean_cost * rule.blank_factor, multiplier)
        points = np.where(blank, score * multiplier, points)
        names[blank], review[blank] = "blank", False
    if rule.zero_score == "cost":
        points[score == 0] = np.nan
    names[np.isnan(points)] = ""
    return DipPoints(points, ratio, names, multiplier, review & ~np.isnan(points))


def largest_factor(*factors: Any) -> Numbers:
    """Of the auxiliary factors that apply to a case the largest; NaN does not apply, and none gives 1.

    >>> largest_factor([1.2, float("nan")], [1.05, float("nan")]).tolist()
    [1.2, 1.0]
    """
    stacked = np.stack(np.broadcast_arrays(*(np.asarray(factor, np.float64) for factor in factors)))
    largest = np.where(np.isnan(stacked), -np.inf, stacked).max(axis=0)
    return np.where(np.isinf(largest), 1.0, largest)


def _hospital(rule: DeviationRule, given: Numbers, insurance: Any) -> Numbers:
    if not rule.hospital_by_insurance:
        return given
    if insurance is None:
        raise ArgumentError(
            f"the rule {rule.id!r} fixes the hospital coefficient by insurance",
            got=None,
            allowed=list(rule.hospital_by_insurance),
            do="give `insurance`",
        )
    labels = np.broadcast_to(np.asarray(insurance, object), given.shape)
    return np.array([rule.hospital_by_insurance.get(label, np.nan) for label in labels], np.float64)


def _own_factor(rule: DeviationRule, factor: Numbers) -> Numbers:
    """What stands in for the hospital coefficient of a primary-care type."""
    if rule.primary_care != "factor":
        return np.ones_like(factor)
    return np.where(np.isnan(factor), 1.0, factor)


def _places(rule: DeviationRule, ratio: Numbers) -> npt.NDArray[np.int64]:
    """The band of each ratio; the number of bands for one that is not known."""
    place = np.full(len(ratio), len(rule.bands), np.int64)
    for number, band in reversed(list(enumerate(rule.bands))):
        place[ratio <= band.upto if band.closed else ratio < band.upto] = number
    return place


def _load(name: str | Path) -> DeviationRule:
    if Path(name).suffix == ".toml":
        return _read(Path(name))
    names = DeviationRule.published()
    if str(name) not in names:
        raise NotFoundError("no such deviation rule", got=str(name), allowed=names, nearest=names)
    return _shipped(str(name))


@cache
def _shipped(name: str) -> DeviationRule:
    return _read(data_path("dip", "deviation", f"{name}.toml"))


def _read(path: Path) -> DeviationRule:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        bands = tuple(_band(dict(row)) for row in document.pop("bands"))
        rule = DeviationRule(**{**document, "bands": bands, "notes": tuple(document.get("notes", ()))})
    except (KeyError, TypeError, ValueError) as error:
        allowed = [item.name for item in fields(DeviationRule)]
        raise FileFormatError(
            f"the deviation rule cannot be used: {error}", allowed=allowed, where=path.name
        ) from error
    return rule


def _band(row: dict[str, Any]) -> Band:
    band = Band(**{**row, "times": tuple(row["times"])})
    unknown = (set(band.times) - set(FACTORS)) | (set(band.multiplier) - set(_TERMS))
    if unknown:
        raise ValueError(
            f"the band {band.name!r} names {sorted(unknown)}; allowed are {FACTORS} and {_TERMS}"
        )
    return band
