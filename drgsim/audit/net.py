"""Take refunds off the lines they refund, before any rule looks: withdrawn lines, negative lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .reading import polars

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Netted:
    """`frame` without refunds; how many lines were withdrawn, refunded, and refunds that meet no line."""

    frame: pl.DataFrame
    withdrawn: int
    refunds: int
    unmatched: int


def net(lines: pl.DataFrame) -> Netted:
    """Lines less their refunds. Needs row, line_id, visit, code, time, quantity, price.

    A line with `valid` 0 is withdrawn. A negative quantity is taken from the line its `original_line_id`
    names, else from lines of the same visit, item and price, the latest first. What then has no quantity is
    gone; a refund that meets no line is counted, never taken from another item.
    """
    pl = polars()
    before = len(lines)
    if "valid" in lines.columns:
        lines = lines.filter(pl.col("valid").is_null() | (pl.col("valid") != 0))
    withdrawn = before - len(lines)
    refunds = lines.filter(pl.col("quantity") < 0)
    if not len(refunds):
        return Netted(lines, withdrawn, 0, 0)
    kept = lines.filter(pl.col("quantity") >= 0).with_columns(taken=pl.lit(0.0))
    left = refunds
    if "original_line_id" in lines.columns and "line_id" in lines.columns:
        by_id = (
            refunds.filter(pl.col("original_line_id").is_not_null())
            .group_by("original_line_id")
            .agg(owed=-pl.col("quantity").sum())
        )
        kept = kept.join(by_id, left_on="line_id", right_on="original_line_id", how="left").with_columns(
            taken=pl.min_horizontal(pl.col("owed").fill_null(0.0), "quantity")
        )
        met = kept.filter(pl.col("owed").is_not_null()).get_column("line_id").unique()
        left = refunds.filter(~pl.col("original_line_id").is_in(met.implode()).fill_null(False))
        kept = kept.drop("owed")
    keys = ["visit", "code", "price"]
    owed = left.group_by(keys).agg(owed=-pl.col("quantity").sum(), lines=pl.len())
    touched = kept.join(owed, on=keys, how="inner", nulls_equal=True).sort("time", "row", descending=True)
    free = pl.col("quantity") - pl.col("taken")
    run = free.cum_sum().over(keys) - free
    more = touched.select("row", more=(pl.col("owed") - run).clip(0.0, free))
    kept = (
        kept.join(more, on="row", how="left")
        .with_columns(taken=pl.col("taken") + pl.col("more").fill_null(0.0))
        .drop("more")
        .sort("row")
    )
    met_keys = touched.select(keys).unique()
    unmatched = len(left) - len(left.join(met_keys, on=keys, how="semi", nulls_equal=True))
    share = 1 - pl.col("taken") / pl.col("quantity")
    scaled = [name for name in ("amount", "in_scope") if name in kept.columns]
    changed = pl.col("taken") > 0
    kept = kept.with_columns(
        pl.when(changed).then(pl.col(name) * share).otherwise(pl.col(name)).alias(name) for name in scaled
    ).with_columns(
        pl.when(changed).then(pl.col("quantity") - pl.col("taken")).otherwise("quantity").alias("quantity")
    )
    gone = changed & (pl.col("quantity") <= 1e-9)
    return Netted(kept.filter(~gone).drop("taken"), withdrawn, len(refunds), unmatched)
