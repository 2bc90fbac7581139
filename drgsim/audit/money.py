"""What confirmed findings cost: counted once, recovery, fine, points of people's scores, suspension. Whole
fen inside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from .._paths import data_yaml
from ..errors import ArgumentError
from .reading import polars
from .record import AuditRecord

if TYPE_CHECKING:
    import polars as pl


def counted(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings with `counted` (yuan): of all findings on one thing the largest counts, the others are 0.

    A thing is a line of charges, a stay, a prescription, a box or a member. Sums over tables are not made:
    under payment by group an excess charge inside a stay changes what the patient and the hospital bear, not
    what the fund paid for the group.
    """
    pl = polars()
    if not len(findings):
        return findings.with_columns(counted=pl.lit(None, dtype=pl.Float64))
    thing = (
        pl.when(pl.col("row").is_not_null())
        .then(pl.format("{}/{}", "table", "row"))
        .otherwise(pl.format("{}/{}", "table", pl.coalesce("visit_id", "patient_id", "finding")))
    )
    open_ = ~pl.col("decision").is_in(["explained"]) if "decision" in findings.columns else pl.lit(True)
    worth = pl.when(open_).then(pl.col("amount")).otherwise(0.0)
    ranked = findings.with_columns(thing=thing, worth=worth).with_row_index("place")
    order = pl.struct(-pl.col("worth").fill_null(-1.0), "rule", "place").rank("ordinal").over("thing")
    return ranked.with_columns(
        counted=pl.when(order == 1).then(pl.col("worth").clip(0.0)).otherwise(pl.col("worth") * 0.0)
    ).drop("thing", "worth", "place")


@cache
def penalties() -> dict[str, Any]:
    """The shipped multiples, with source and trust state."""
    stated: dict[str, Any] = data_yaml("audit", "penalties.yaml")
    return stated


@dataclass(frozen=True, slots=True)
class Fine:
    """A loss (yuan) and the fine on it: `low` to `high` by the law, or `fine` at a stated multiple."""

    loss: float
    low: float
    high: float
    fine: float | None = None

    @property
    def multiple(self) -> float | None:
        """Fine over loss; None for a range."""
        return None if self.fine is None or not self.loss else round(self.fine / self.loss, 2)


def fine(loss: float, article: str = "article_38", *, multiple: float | None = None) -> Fine:
    """The fine on a loss in yuan. Raises ArgumentError for a multiple the article does not know.

    >>> fine(49662.03, "article_40", multiple=5).fine
    248310.15
    """
    known = penalties()["fines"]
    if article not in known:
        raise ArgumentError("no such ground for a fine", got=article, allowed=sorted(known), nearest=known)
    if loss < 0:
        raise ArgumentError("a loss is not negative", got=loss)
    low, high = known[article]["low"], known[article]["high"]
    if multiple is not None and not low <= multiple <= high:
        raise ArgumentError(
            f"{article} knows no such multiple",
            got=multiple,
            allowed=f"{low} to {high}",
            do="name another ground",
        )
    fen = round(loss * 100)
    stated = None if multiple is None else round(fen * multiple) / 100
    return Fine(fen / 100, fen * low / 100, fen * high / 100, stated)


def points_deducted(base_points: float, family: str, *, serious: bool = False, intent: bool = False) -> float:
    """Points of a stay with a confirmed finding: 0, or minus a multiple of its base points (Shaoxing).

    >>> points_deducted(100, "upcoding"), points_deducted(100, "upcoding", serious=True)
    (0.0, -200.0)
    >>> points_deducted(100, "split_admission", intent=True)
    -500.0
    """
    table = penalties()["points"]["shaoxing"]
    multiples = table["lambda"].get(family, table["lambda"]["other"])
    multiple = table["intent"] if intent else multiples["serious" if serious else "plain"]
    return 0.0 - multiple * base_points


def half_points(points: float, gap_days: float, *, planned: bool = False) -> float:
    """Points of the earlier stay when the same group is readmitted within 15 days without a reason: half.

    >>> half_points(120, 12), half_points(120, 16), half_points(120, 12, planned=True)
    (60.0, 120.0, 120.0)
    """
    rule = penalties()["points"]["zhejiang_15_days"]
    return points * rule["share"] if gap_days <= rule["window"] and not planned else float(points)


def deterrence(gain: float, detection: float, multiple: float) -> float:
    """Expected gain of a false claim (yuan): kept if not found; given back and fined if found.

    >>> deterrence(1000, 0.5, 1.0), deterrence(1000, 1.0, 2.0)
    (0.0, -2000.0)
    """
    if not 0 <= detection <= 1:
        raise ArgumentError("detection is a chance", got=detection, allowed="0 to 1")
    return gain * (1 - detection) - detection * multiple * gain


def recover(
    result: AuditRecord,
    *,
    only_violations: bool = False,
    article: str = "article_38",
    by: str = "hospital_id",
) -> pd.DataFrame:
    """Recovery and the range of the fine, if what is open or accepted were confirmed; yuan.

    Returns a row a value of `by` (hospital_id, department, rule, family): findings, loss (counted once, less
    what is explained), refunded, to_recover, fine_low, fine_high. Findings without money are counted in
    `without_money`, so that nothing unknown passes for nothing.
    """
    import polars as pl

    known = penalties()["fines"]
    if article not in known:
        raise ArgumentError("no such ground for a fine", got=article, allowed=sorted(known), nearest=known)
    frame = result.findings.filter((pl.col("decision") != "explained") & (pl.col("result") != "data"))
    if only_violations:
        frame = frame.filter(pl.col("result") == "violation")
    loss = (pl.col("counted").fill_null(0.0) * 100).round().cast(pl.Int64)
    back = (pl.col("refund").fill_null(0.0) * 100).round().cast(pl.Int64)
    made = frame.group_by(by).agg(
        findings=pl.len(),
        without_money=pl.col("amount").is_null().sum(),
        loss=loss.sum(),
        refunded=pl.min_horizontal(back.sum(), loss.sum()),
    )
    low, high = known[article]["low"], known[article]["high"]
    made = made.with_columns(to_recover=pl.col("loss") - pl.col("refunded")).with_columns(
        fine_low=pl.col("loss") * low, fine_high=pl.col("loss") * high
    )
    money = ("loss", "refunded", "to_recover", "fine_low", "fine_high")
    made = made.with_columns(pl.col(name) / 100 for name in money).sort(
        ["loss", by], descending=[True, False], nulls_last=True
    )
    return pd.DataFrame(made.to_dict(as_series=False))


_CAMPAIGN = (
    "findings", "without_money", "found", "recovered", "fine_low", "fine_high", "deterred",
    "expected_gain",
)  # fmt: skip


def supervision(
    result: AuditRecord,
    *,
    coverage: float,
    detection: float,
    deterrence: float = 0.0,
    article: str = "article_38",
    by: str = "family",
) -> pd.DataFrame:
    """What a campaign that looks at a share of the findings would bring in, and what it would keep away.

    `coverage` of the findings are looked at, `detection` of those are confirmed, and `deterrence` is the
    share of the same behaviour that does not come again. Published: intensive alerts brought readmissions
    within 15 days from 15.58 to 4 % of discharges (P13), which is a deterrence of 0.74. Yuan a year of the
    data: found (loss of all open findings), recovered, fine_low, fine_high, deterred, and expected_gain of
    who goes on (what is kept less what is given back and fined, at the low multiple).

    Raises ArgumentError for a share outside 0 to 1.
    """
    for name, value in (("coverage", coverage), ("detection", detection), ("deterrence", deterrence)):
        if not 0 <= value <= 1:
            raise ArgumentError(f"{name} is a share", got=value, allowed="0 to 1")
    made = recover(result, article=article, by=by)
    chance, low = coverage * detection, penalties()["fines"][article]["low"]
    return made.assign(
        recovered=(made["to_recover"] * chance).round(2),
        fine_low=(made["fine_low"] * chance).round(2),
        fine_high=(made["fine_high"] * chance).round(2),
        deterred=(made["loss"] * deterrence).round(2),
        expected_gain=(made["loss"] * (1 - chance - chance * low)).round(2),
    ).rename(columns={"loss": "found"})[
        [
            by,
            "findings",
            "without_money",
            "found",
            "recovered",
            "fine_low",
            "fine_high",
            "deterred",
            "expected_gain",
        ]
    ]


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


def sanctions(result: AuditRecord, *, article: str = "article_38", by: str = "doctor") -> pd.DataFrame:
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
