"""What confirmed findings cost: recovery, fine, points, people's scores. Whole fen inside.

The multiples are data (`data/audit/penalties.yaml`). Nothing here says that a finding is a violation: it says
what it would cost if it were confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from .._paths import data_path
from ..errors import ArgumentError

if TYPE_CHECKING:
    from .result import AuditResult


@cache
def penalties() -> dict[str, Any]:
    """The shipped multiples, with source and trust state."""
    import yaml

    text = data_path("audit", "penalties.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


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
    result: AuditResult,
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
    result: AuditResult,
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
