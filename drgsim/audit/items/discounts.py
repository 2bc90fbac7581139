"""Operations through one incision, and further vessels or sites: what is not the first is at a share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..reading import polars
from ..rule import Rule
from .matching import Matcher

if TYPE_CHECKING:
    import polars as pl


def operations_at_full(frame: pl.DataFrame, rule: Rule, matcher: Matcher) -> pl.DataFrame:
    """Of different items of one group at one operation all but the dearest, above the share of their price.

    The price in full is the catalogue's; without one the highest the hospital charges for the item in the
    data. Without an operation number the day of the stay stands for the operation, which is weaker.
    """
    pl = polars()
    share = pl.col("limit_share").fill_null(float(rule.value("share")))
    frame = _with_list_price(frame, matcher).with_columns(
        weak=pl.col("operation_id").is_null(),
        operation=pl.coalesce("operation_id", pl.col("day").cast(pl.String)),
    )
    keys = ["visit", "operation", "limit_group"]
    several = pl.col("code").n_unique().over(keys) > 1
    frame = frame.filter(several).sort(["listed", "amount", "row"], descending=[True, True, False])
    dearest = pl.col("code").first().over(keys)
    frame = frame.with_columns(dearest=dearest).filter(pl.col("code") != pl.col("dearest"))
    over = (pl.col("price") - share * pl.col("listed")).clip(0.0) * pl.col("quantity")
    codes = pl.Series(matcher.lines.codes, dtype=pl.String)
    return frame.with_columns(
        excess=over,
        excess_quantity=pl.when(over > 0.004).then(pl.col("quantity")).otherwise(0.0),
        used="price",
        cap=share * pl.col("listed"),
        other_code=codes.gather(frame.get_column("dearest")),
    )


def further_units_at_full(frame: pl.DataFrame, rule: Rule, matcher: Matcher) -> pl.DataFrame:
    """Of several units of one item at one operation all but the first, above the share of the price."""
    pl = polars()
    share = pl.col("limit_share").fill_null(float(rule.value("share")))
    frame = _with_list_price(frame, matcher).with_columns(
        operation=pl.coalesce("operation_id", pl.col("day").cast(pl.String))
    )
    keys = ["visit", "operation", "place"]
    frame = frame.sort(["price", "row"], descending=[True, False])
    run = pl.col("quantity").cum_sum().over(keys)
    further = (run - 1.0).clip(0.0, pl.col("quantity"))
    over = (pl.col("price") - share * pl.col("listed")).clip(0.0) * further
    return frame.with_columns(
        excess=over,
        excess_quantity=pl.when(over > 0.004).then(further).otherwise(0.0),
        used=pl.col("quantity").sum().over(keys),
        cap=share * pl.col("listed"),
    )


def _with_list_price(frame: pl.DataFrame, matcher: Matcher) -> pl.DataFrame:
    pl = polars()
    rows = [row for row in matcher.own if row.kind == "catalogue_price"]
    met = matcher.met(rows).unique("code", keep="first", maintain_order=True)
    prices = pl.Series([float(row.limits["price"]) for row in rows], dtype=pl.Float64)
    table = met.select("code", stated=prices.gather(met.get_column("place")))
    highest = matcher.lines.frame.join(frame.select("code").unique(), on="code", how="semi")
    by = ["code", "hospital_id"] if "hospital_id" in highest.columns else ["code"]
    highest = highest.group_by(by).agg(highest=pl.col("price").max())
    return (
        frame.join(table, on="code", how="left", maintain_order="left")
        .join(highest, on=by, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(listed=pl.coalesce("stated", "highest", "price"))
    )
