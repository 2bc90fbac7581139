"""Sales of one box: uploads repeated are one sale, returns take sales back, split packs are sold in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..reading import polars

if TYPE_CHECKING:
    import polars as pl

_PLACE = ["code", "hospital_id"]


def net_sales(events: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Sales that stand, in order of time, and how many uploads were merged and split sales left out.

    `events`: code, hospital_id, time, quantity, returned, document_id, patient_id, split, pack_units, region,
    fund_paid, amount, row. Of one code: uploads at one institution on one document for one person within a
    day are one event; a return takes back the earliest sale standing at its institution; sales of a split
    pack count as one for as many as the pack has units. Adds nth (from 1), first_hospital, days_between
    (since the sale before), before_hospital, before_region, before_person, certain (document or person known
    of every sale of the box, so that netting was possible).
    """
    pl = polars()
    back = (pl.col("returned").fill_null(0) == 1) | (pl.col("quantity").fill_null(1.0) < 0)
    split = pl.col("split").fill_null(0) == 1
    frame = events.with_columns(
        back=back, split=split, day=pl.col("time").dt.date(), named=pl.coalesce("document_id", "patient_id")
    )
    unnamed = pl.format("row {}", "row")  # without document and person two uploads are two events
    keys = [*_PLACE, "day", "document_id", "patient_id", "back", "alone"]
    frame = frame.with_columns(alone=pl.when(pl.col("named").is_null()).then(unnamed))
    once = frame.sort("time", "row").unique(keys, keep="first", maintain_order=True)
    told = {"events_merged": len(frame) - len(once)}
    parts = once.filter(pl.col("split") & ~pl.col("back"))
    units = pl.col("pack_units").fill_null(pl.len().over("code").cast(pl.Float64)).clip(1.0)
    nth = pl.int_range(pl.len()).over("code")
    kept_parts = (
        parts.with_columns(first=(nth % units.ceil().cast(pl.Int64)) == 0)
        .filter(pl.col("first"))
        .drop("first")
    )
    told["splits"] = len(parts) - len(kept_parts)
    whole = once.filter(~pl.col("split") | pl.col("back"))
    once = pl.concat([whole, kept_parts]).sort("code", "time", "row")
    returns = once.filter(pl.col("back")).group_by(_PLACE).agg(taken=pl.len())
    sales = once.filter(~pl.col("back")).join(returns, on=_PLACE, how="left", nulls_equal=True)
    place = pl.int_range(pl.len()).over(_PLACE)
    stands = sales.filter(place >= pl.col("taken").fill_null(0)).sort("code", "time", "row")
    before = {
        f"before_{name}": pl.col(column).shift(1).over("code")
        for name, column in (("hospital", "hospital_id"), ("region", "region"), ("person", "patient_id"))
    }
    made = stands.with_columns(
        nth=pl.int_range(1, pl.len() + 1).over("code"),
        first_hospital=pl.col("hospital_id").first().over("code"),
        days_between=(pl.col("day") - pl.col("day").shift(1).over("code")).dt.total_days().cast(pl.Float64),
        certain=pl.col("named").is_not_null().all().over("code"),
        **before,
    )
    return made.drop("alone", "taken"), {name: count for name, count in told.items() if count}
