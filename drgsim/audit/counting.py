"""Money of findings counted once: a line, a stay, a box that several rules find is lost once only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .reading import polars

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
