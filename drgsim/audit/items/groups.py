"""Items of one kind together, slices paid only beside others, and services without what they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..codes import ingredient
from ..packs import Row
from ..reading import polars
from ..rule import Rule
from .matching import Matcher

if TYPE_CHECKING:
    import polars as pl


def dearer_of_kind(frame: pl.DataFrame, rule: Rule, matcher: Matcher) -> pl.DataFrame:
    """Of different ingredients of one group on one day all but the one that costs most."""
    pl = polars()
    things = [ingredient(code) or code for code in matcher.lines.codes]
    # form does not make another ingredient
    things = [thing[:-4] if len(thing) == 14 else thing for thing in things]
    most = float(rule.value("most"))
    frame = frame.with_columns(thing=pl.Series(things, dtype=pl.String).gather(frame.get_column("code")))
    keys = ["person", "day", "limit_group"]
    cost = frame.group_by([*keys, "thing"]).agg(paid=pl.col("amount").sum())
    cost = cost.with_columns(
        nth=pl.struct(-pl.col("paid"), "thing").rank("ordinal").over(keys).cast(pl.Float64),
        used=pl.len().over(keys).cast(pl.Float64),
    )
    frame = frame.join(cost.drop("paid"), on=[*keys, "thing"], how="left", nulls_equal=True)
    return frame.filter(pl.col("nth") > most).with_columns(
        excess_quantity="quantity", excess="amount", cap=pl.lit(most)
    )


def alone(frame: pl.DataFrame, rule: Rule, matcher: Matcher) -> pl.DataFrame:
    """Slices of a prescription that holds no slice outside the list: single, or all of the list.

    Without a prescription number the slices of one visit and moment are one prescription.
    """
    pl = polars()
    begins = str(rule.value("slices"))
    is_slice = pl.Series([code.startswith(begins) for code in matcher.lines.codes], dtype=pl.Boolean)
    all_lines = matcher.lines.frame.join(frame.select("visit").unique(), on="visit", how="semi")
    all_lines = all_lines.filter(is_slice.gather(all_lines.get_column("code")))
    keys = ["visit", "recipe"]
    listed = frame.select("row").unique().with_columns(listed=pl.lit(True))
    whole = (
        _recipe(all_lines)
        .join(listed, on="row", how="left")
        .group_by(keys)
        .agg(slices=pl.len(), free=pl.col("listed").is_null().sum())
    )
    made = _recipe(frame).join(whole, on=keys, how="left", nulls_equal=True)
    return made.filter(pl.col("free") == 0).with_columns(
        excess_quantity="quantity", excess="amount", used=pl.col("slices").cast(pl.Float64)
    )


def _recipe(frame: pl.DataFrame) -> pl.DataFrame:
    pl = polars()
    stamp = pl.col("time").cast(pl.String)
    written = pl.coalesce("prescription_id", stamp) if "prescription_id" in frame.columns else stamp
    return frame.with_columns(recipe=written)


def without_companion(frame: pl.DataFrame, rule: Rule, matcher: Matcher) -> pl.DataFrame:
    """Lines of a service in whose visit nothing of what it needs is charged, within a day before or after."""
    pl = polars()
    rows = matcher.rows_of(rule)
    needed = [
        Row(
            row.kind,
            row.pack,
            row.number,
            row.item,
            tuple(str(row.limits.get("includes", "")).split()),
            row.limits,
        )
        for row in rows
    ]
    met = matcher.met(needed).select("code", "place")
    lines = matcher.lines.frame.join(frame.select("visit").unique(), on="visit", how="semi")
    there = lines.join(met, on="code", how="inner").select("visit", "place", there=pl.col("day")).unique()
    both = frame.select("row", "visit", "place", "day").join(there, on=["visit", "place"], how="inner")
    near = (
        both.filter((pl.col("day") - pl.col("there")).dt.total_days().abs() <= 1)
        .select("row", "place")
        .unique()
    )
    return frame.join(near, on=["row", "place"], how="anti").with_columns(
        excess_quantity="quantity", excess="amount"
    )
