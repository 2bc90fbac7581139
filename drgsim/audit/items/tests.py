"""The ways an item rule looks at lines: each gives the lines in excess, how much of each, and by what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import AuditRuleError
from ..facts import where_rule_holds
from ..reading import polars
from ..rule import Rule
from .cycles import beyond_cycle
from .discounts import further_units_at_full, operations_at_full
from .groups import alone, dearer_of_kind, without_companion
from .matching import Matcher
from .pairs import paired

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Found:
    """Lines in excess, and how many lines a rule could not decide because a fact is not known.

    `frame`: a row a line with row, excess_quantity, excess (yuan), used, cap, other_code and what evidence
    may name.
    """

    frame: pl.DataFrame
    undecided: int


def find(rule: Rule, matcher: Matcher) -> Found:
    """What a rule on items finds. Raises AuditRuleError for a test items do not know, ConditionError."""
    pl = polars()
    test = TESTS.get(rule.test)
    if test is None:
        raise AuditRuleError("items have no such test", got=rule.test, allowed=sorted(TESTS), where=rule.id)
    frame, rows = matcher.candidates(rule)
    if rule.levels:
        frame = frame.filter(pl.col("hospital_level").is_in(list(rule.levels)))
    if rule.scenes:
        frame = frame.filter(pl.col("way").is_in(list(rule.scenes)) | pl.col("way").is_null())
    if rule.insurance:
        frame = frame.filter(pl.col("insurance").is_in(list(rule.insurance)))
    holds, unknown = where_rule_holds(rule, frame)
    holds &= ~matcher.exempt_known(frame, rows).to_numpy()
    undecided = len(np.unique(frame.get_column("row").to_numpy()[unknown & ~holds])) if unknown.any() else 0
    found = test(frame.filter(pl.Series(holds, dtype=pl.Boolean)), rule, matcher)
    return Found(matcher.dressed(_finished(found), rows), undecided)


def _finished(found: pl.DataFrame) -> pl.DataFrame:
    """Every column of a finding, one row a line: the largest excess where several rows meet it."""
    pl = polars()
    kinds = {
        "used": pl.Float64,
        "cap": pl.Float64,
        "other_code": pl.String,
        "weak": pl.Boolean,
        "matched": pl.String,
    }
    found = found.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in kinds.items() if name not in found.columns
    )
    return (
        found.filter(pl.col("excess_quantity") > 1e-9)
        .sort("row", "excess", "place", descending=[False, True, False], nulls_last=True)
        .unique("row", keep="first", maintain_order=True)
    )


def _line(frame: pl.DataFrame, rule: Rule, matcher: Matcher) -> pl.DataFrame:
    """Every line in which the condition holds; `flag: over_price` counts only what is above the price."""
    pl = polars()
    if rule.flag == "over_price":
        over = (pl.col("price") - pl.col("limit_price")) * pl.col("quantity")
        return frame.with_columns(excess_quantity="quantity", excess=over, used="price", cap="limit_price")
    return frame.with_columns(excess_quantity="quantity", excess="amount")


_PER = {
    "day": ["person", "day"],
    "visit": ["visit"],
    "stay": ["visit"],
    "prescription": ["visit", "prescription_id"],
}


def _total(frame: pl.DataFrame, rule: Rule, matcher: Matcher) -> pl.DataFrame:
    """Quantity of an item summed over day or stay, beyond its cap; the last lines are those in excess."""
    pl = polars()
    cap = {
        "": pl.col("limit_cap"),
        "los": pl.col("los") * pl.col("limit_cap"),
        "hours_in_stay": pl.col("hours_in_stay"),
    }.get(rule.flag)
    if cap is None or rule.per not in _PER:
        raise AuditRuleError("a total has no such cap or period", got=[rule.flag, rule.per], where=rule.id)
    keys = [*_PER[rule.per], "place"]
    frame = frame.with_columns(cap=cap).filter(pl.col("cap").is_not_null()).sort("time", "row")
    run = pl.col("quantity").cum_sum().over(keys)
    beyond = (run - pl.col("cap")).clip(0.0, pl.col("quantity"))
    frame = frame.with_columns(used=pl.col("quantity").sum().over(keys), excess_quantity=beyond)
    return frame.with_columns(excess=pl.col("amount") * pl.col("excess_quantity") / pl.col("quantity"))


def _course(frame: pl.DataFrame, rule: Rule, matcher: Matcher) -> pl.DataFrame:
    """Lines on distinct days beyond the days payable, in a stay or an episode."""
    pl = polars()
    if rule.period == "episode":
        gap = float(rule.value("episode_gap"))
        frame = frame.sort("person", "place", "day", "row")
        since = (pl.col("day") - pl.col("day").shift(1).over("person", "place")).dt.total_days()
        frame = frame.with_columns(
            episode=(since.fill_null(0) > gap).cast(pl.Int32).cum_sum().over("person", "place")
        )
        keys = ["person", "place", "episode"]
    else:
        keys = ["visit", "place"]
    frame = frame.with_columns(
        used=pl.col("day").n_unique().over(keys).cast(pl.Float64),
        nth=pl.col("day").rank("dense").over(keys).cast(pl.Float64),
        cap="limit_days",
    )
    late = frame.filter(pl.col("nth") > pl.col("cap"))
    return late.with_columns(excess_quantity="quantity", excess="amount")


TESTS: dict[str, Callable[[pl.DataFrame, Rule, Matcher], pl.DataFrame]] = {
    "line": _line,
    "total": _total,
    "course": _course,
    "cycle": beyond_cycle,
    "pair": paired,
    "discount": operations_at_full,
    "further_units": further_units_at_full,
    "same_kind": dearer_of_kind,
    "alone": alone,
    "companion": without_companion,
}
