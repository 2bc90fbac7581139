"""Run item rules over lines: findings, and what each rule could not decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..findings import empty, table
from ..reading import polars
from ..rule import Rule
from .matching import Matcher
from .tests import find

if TYPE_CHECKING:
    import polars as pl

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
