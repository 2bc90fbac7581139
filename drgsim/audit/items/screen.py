"""Item rules over lines: each way of looking gives lines in excess, how much and by what; what could not be
decided is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..audit_errors import AuditRuleError
from ..codes import project
from ..facts import where_rule_holds
from ..findings import empty, table
from ..reading import polars
from ..rule import Rule
from .groups import alone, dearer_of_kind, paired, without_companion
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


_HANDED = (
    "row", "line_id", "visit_id", "patient_id", "hospital_id", "department", "doctor", "time", "day",
    "item_code", "item_name", "price", "used", "cap", "other_code", "weak", "matched", "days_supply",
    "daily_dose", "sex", "age", "way", "insurance", "hospital_level", "los", "admission", "discharge",
    "limit_item", "limit_sex", "limit_age_min", "limit_age_max", "limit_level_min", "limit_way",
    "limit_insurance", "limit_price", "limit_group", "limit_label_max",
)  # fmt: skip


def screen_items(rules: Iterable[Rule], matcher: Matcher) -> tuple[pl.DataFrame, dict[str, int]]:
    """Findings of all rules on items, and rule → lines it could not decide."""
    pl = polars()
    made, undecided = [empty()], {}
    for rule in rules:
        if rule.table != "items":
            continue
        found = find(rule, matcher)
        if found.undecided:
            undecided[rule.id] = found.undecided
        frame = found.frame
        kept = frame.select(
            *(name for name in _HANDED if name in frame.columns and name != "weak"),
            quantity="excess_quantity",
            amount="excess",
            weak=pl.col("weak").fill_null(False)
            | pl.col("by_wording").fill_null(False)
            | (pl.col("matched").is_in(["project", "ingredient"]).fill_null(False)),
        )
        made.append(table(rule, kept.to_dicts()))
    return _with_fund(pl.concat(made), matcher), undecided


def _with_fund(found: pl.DataFrame, matcher: Matcher) -> pl.DataFrame:
    """What of each amount the funds bore: as much as of the whole visit, where that is known."""
    pl = polars()
    share = pl.when(pl.col("total_cost") > 0).then(
        (pl.col("fund_total") / pl.col("total_cost")).clip(0.0, 1.0)
    )
    visits = matcher.lines.visits.select("visit_id", share=share).filter(pl.col("share").is_not_null())
    joined = found.join(visits, on="visit_id", how="left", maintain_order="left")
    return joined.with_columns(fund=(pl.col("amount") * pl.col("share")).round(2)).drop("share")
