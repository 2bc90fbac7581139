"""Items that belong together: one contains the other, one kind together, slices beside others, services
without their needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..codes import ingredient
from ..packs import Row
from ..reading import polars
from ..rule import Rule
from .matching import Matcher

if TYPE_CHECKING:
    import polars as pl


_HOURS = {"6_hours": 6, "hour": 1}


def paired(frame: pl.DataFrame, rule: Rule, matcher: Matcher) -> pl.DataFrame:
    """The lines of B, all of them; of an item that contains itself all but one unit.

    `frame` are the lines of A that fulfil the rule's condition. Of a pair that excludes each other both ways
    (`flag: cheaper`) the cheaper line is in excess. Periods of hours need a clock time: a line that carries
    only its day is not decided by them.
    """
    pl = polars()
    rows = matcher.rows_of(rule)
    others = _others(rows, matcher)
    all_lines = matcher.lines.frame.select(
        "row", "person", "visit", "time", "day", "code", "quantity", "price", "amount"
    )
    a = frame.select(
        "place", "person", "visit", "time", "day", a_row="row", a_code="code", a_amount="amount",
        period=pl.col("limit_period").fill_null(rule.period),
    )  # fmt: skip
    found = []
    for period, keys in (
        ("day", ["place", "person", "day"]),
        ("visit", ["place", "visit"]),
        ("6_hours", ["place", "person"]),
        ("hour", ["place", "person"]),
    ):
        mine = a.filter(pl.col("period") == period)
        if not len(mine):
            continue
        wanted = others.join(mine.select("place").unique(), on="place", how="semi")
        b = all_lines.join(wanted, on="code", how="inner")
        right = mine.select(*keys, "a_row", "a_code", "a_amount", a_time="time")
        both = b.join(right, on=keys, how="inner")
        if period in _HOURS:
            clocked = (pl.col("time").dt.time() != pl.time(0, 0)) | (
                pl.col("a_time").dt.time() != pl.time(0, 0)
            )
            apart = (pl.col("time") - pl.col("a_time")).dt.total_seconds().abs()
            near = (
                pl.col("time").dt.truncate("1h") == pl.col("a_time").dt.truncate("1h")
                if period == "hour"
                else apart <= _HOURS[period] * 3600
            )
            both = both.filter(clocked & near)
        found.append(_excess(both, rule, keys))
    if not found:
        return _nothing(frame)
    lines = pl.concat(found, how="diagonal_relaxed")
    codes = pl.Series(matcher.lines.codes, dtype=pl.String)
    return lines.with_columns(other_code=codes.gather(lines.get_column("a_code")))


def _excess(both: pl.DataFrame, rule: Rule, keys: list[str]) -> pl.DataFrame:
    pl = polars()
    same = pl.col("code") == pl.col("a_code")
    if rule.flag == "cheaper":
        cheaper = (pl.col("amount") < pl.col("a_amount")) | (
            (pl.col("amount") == pl.col("a_amount")) & (pl.col("row") > pl.col("a_row"))
        )
        both = both.filter(~same & cheaper)
    alone = both.filter(~same).unique(["row", "place"], keep="first", maintain_order=True)
    alone = alone.with_columns(excess_quantity="quantity", excess="amount")
    # an item that contains itself: one unit is due, the first
    own = both.filter(same).unique(["row", "place"], keep="first", maintain_order=True).sort("time", "row")
    run = pl.col("quantity").cum_sum().over(keys)
    own = own.with_columns(excess_quantity=(run - 1.0).clip(0.0, pl.col("quantity")))
    own = own.with_columns(excess=pl.col("amount") * pl.col("excess_quantity") / pl.col("quantity"))
    return pl.concat([alone, own], how="vertical_relaxed").drop("a_time", "a_row", "a_amount")


def _others(rows: list[Row], matcher: Matcher) -> pl.DataFrame:
    """code (number) → place: the charged codes that are B of a row."""
    pl = polars()
    turned = [
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
    return (
        matcher.met(turned)
        .select("code", "place")
        .unique(maintain_order=True)
        .with_columns(pl.col("place").cast(pl.UInt32))
    )


def _nothing(frame: pl.DataFrame) -> pl.DataFrame:
    pl = polars()
    return frame.clear().with_columns(
        excess_quantity=pl.lit(None, dtype=pl.Float64), excess=pl.lit(None, dtype=pl.Float64)
    )


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
