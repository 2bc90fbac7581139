"""Items that may be charged a number of times in a cycle of days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..codes import project
from ..reading import polars
from ..rule import Rule
from .matching import Matcher

if TYPE_CHECKING:
    import polars as pl


def beyond_cycle(frame: pl.DataFrame, rule: Rule, matcher: Matcher) -> pl.DataFrame:
    """Lines within the cycle that a paid one opened.

    Variants of one project (methods of one test) count as one item. The first line opens a cycle of
    `limit_gap_days`; `limit_cap` units are payable in it; the first line after it opens the next.
    """
    pl = polars()
    keys = [project(code) or code for code in matcher.lines.codes]
    frame = frame.with_columns(thing=pl.Series(keys, dtype=pl.String).gather(frame.get_column("code")))
    frame = frame.unique(["row", "thing"], keep="first", maintain_order=True).sort(
        "person", "thing", "time", "row"
    )
    many = pl.col("quantity").sum().over("person", "thing") > pl.col("limit_cap").fill_null(1.0)
    frame = frame.filter(many)
    excess, used = [], []
    last: tuple[object, object] | None = None
    opened, paid = 0, 0.0
    for person, thing, day, quantity, cap, gap in frame.select(
        "person",
        "thing",
        pl.col("day").cast(pl.Int32),
        "quantity",
        pl.col("limit_cap").fill_null(1.0),
        "limit_gap_days",
    ).iter_rows():
        if (person, thing) != last or day - opened >= gap:
            last, opened, paid = (person, thing), day, 0.0
        beyond = min(max(paid + quantity - cap, 0.0), quantity)
        paid += quantity
        excess.append(beyond)
        used.append(float(day - opened))
    frame = frame.with_columns(
        excess_quantity=pl.Series(excess, dtype=pl.Float64),
        used=pl.Series(used, dtype=pl.Float64),
        cap="limit_gap_days",
    )
    return frame.with_columns(excess=pl.col("amount") * pl.col("excess_quantity") / pl.col("quantity"))
