"""What confirmed findings would mean for people and departments: points of the year, suspension.

The steps are data (`data/audit/penalties.yaml`). Nothing here says that a finding is a violation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ..errors import ArgumentError
from .money import penalties
from .reading import polars

if TYPE_CHECKING:
    from .result import AuditResult

BY = ("doctor", "department")
PAYS, SUSPENDED, OUT = "pays", "suspended", "out"


def scored(points: float) -> str:
    """What a person's points of a calendar year mean: pays, suspended or out of the insurance's payment.

    >>> scored(6), scored(9), scored(12)
    ('pays', 'suspended', 'out')
    """
    people = penalties()["people"]
    if points >= people["out_from"]:
        return OUT
    return SUSPENDED if points >= people["suspended_from"] else PAYS


def sanctions(result: AuditResult, *, article: str = "article_38", by: str = "doctor") -> pd.DataFrame:
    """Points and suspensions, if what is open or accepted were confirmed under one article.

    Returns a row a `doctor` or `department` and hospital: findings, loss (yuan, counted once); of a doctor
    points_low and points_high of the year, as one case of the institution is scored, and what the highest
    means; of a department months_low and months_high of suspension in serious cases, and monthly (yuan of the
    findings a month of the screened days), which is what would not be billed of their kind. Rows without a
    doctor or department in the tables are one row, so that nothing is lost.

    Raises ArgumentError for an article without points, or another `by`.
    """
    pl = polars()
    steps = penalties()
    if by not in BY:
        raise ArgumentError("sanctions are of doctors or departments", got=by, allowed=BY, nearest=BY)
    known = [name for name in steps["people"]["scores"] if name in steps["fines"]]
    if article not in known:
        raise ArgumentError("no points under this ground", got=article, allowed=known, nearest=known)
    frame = result.findings.filter((pl.col("decision") != "explained") & (pl.col("result") != "data"))
    loss = (pl.col("counted").fill_null(0.0) * 100).round().cast(pl.Int64)
    made = (
        frame.group_by("hospital_id", by)
        .agg(findings=pl.len(), loss=loss.sum(), first=pl.col("day").min(), last=pl.col("day").max())
        .sort(["loss", "hospital_id", by], descending=[True, False, False], nulls_last=True)
    )
    table = pd.DataFrame(made.to_dict(as_series=False))
    table["loss"] = table["loss"] / 100
    if by == "doctor":
        low, high = steps["people"]["scores"][article]
        named = table["doctor"].notna()
        table["points_low"] = named * low
        table["points_high"] = named * high
        table["standing"] = [scored(points) for points in table["points_high"]]
        return table.drop(columns=["first", "last"])
    serious = steps["suspension"].get(article, steps["suspension"]["article_38"])
    table["months_low"], table["months_high"] = serious["months"]
    days = (pd.to_datetime(table["last"]) - pd.to_datetime(table["first"])).dt.days + 1
    table["monthly"] = (table["loss"] / (days / (365 / 12)).clip(lower=1)).round(2)
    return table.drop(columns=["first", "last"])
