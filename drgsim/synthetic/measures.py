"""The figures of a table of cases that stand beside the targets of a region."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .targets import INSURANCES, LEVELS

if TYPE_CHECKING:
    import pandas as pd

    from .region import SyntheticRegion


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure of the cases and one standard error of its sampling."""

    amount: float
    error: float


def measured(region: SyntheticRegion, cases: pd.DataFrame) -> Mapping[str, Measured]:
    """Figures of the cases of the region's own insured by the id of their target."""
    own = cases[cases["insured_region"].isin([city.id for city in region.cities])]
    return dict(_figures(region, own))


def _figures(region: SyntheticRegion, own: pd.DataFrame) -> Iterator[tuple[str, Measured]]:
    for insurance in INSURANCES:
        of = own[own["insurance"] == insurance]
        yield f"share.{insurance}", _share(own["insurance"] == insurance)
        yield from _means(insurance, of)
        for level in LEVELS:
            at = of[of["hospital_level"] == level]
            yield f"level.{insurance}.{level}", _share(of["hospital_level"] == level)
            yield from _means(f"{insurance}.{level}", at)
    employees = own[own["insurance"] == "employee"]
    yield "retired", _share(employees["retired"])
    outside = own["care_region"] == region.outside.id
    elsewhere = ~outside & (own["care_region"] != own["insured_region"])
    yield "cross_province.cases", _share(outside)
    yield "cross_province.cost", _cost_share(own, outside)
    yield "in_province.cost", _cost_share(own, elsewhere)
    yield "readmission", _share(_returns(own))


def _means(name: str, cases: pd.DataFrame) -> Iterator[tuple[str, Measured]]:
    for measure, column in (("cost", "total_cost"), ("stay", "los")):
        values = cases[column].to_numpy(dtype="float64")
        error = values.std() / math.sqrt(max(len(values), 1))
        yield f"{measure}.{name}", Measured(float(values.mean()), float(error))


def _share(holds: pd.Series[bool]) -> Measured:
    share = float(holds.astype("float64").mean())
    return Measured(share, math.sqrt(share * (1.0 - share) / max(len(holds), 1)))


def _cost_share(cases: pd.DataFrame, holds: pd.Series[bool]) -> Measured:
    cost = cases["total_cost"]
    share = float(cost[holds].sum() / cost.sum())
    residual = cost * (holds.astype("float64") - share)
    return Measured(share, float((residual**2).sum() ** 0.5 / cost.sum()))


def _returns(cases: pd.DataFrame) -> pd.Series[bool]:
    """Whether a discharge is followed by an admission of the same person within 15 days."""
    ordered = cases[["patient_id", "admission_date", "discharge_date"]].sort_values(
        ["patient_id", "admission_date"]
    )
    following = ordered.groupby("patient_id", observed=True)["admission_date"].shift(-1)
    days = (following - ordered["discharge_date"]).dt.days
    return (days >= 0) & (days <= 15)
