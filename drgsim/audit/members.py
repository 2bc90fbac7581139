"""Maternity allowances: contributions that began or jumped shortly before a delivery, employers with many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .facts import where_rule_holds
from .findings import empty, table
from .reading import complete, polars
from .rule import Rule

if TYPE_CHECKING:
    import polars as pl

_MONTH = 30.4375  # days


def screen_members(members: pl.DataFrame, rules: Iterable[Rule]) -> tuple[pl.DataFrame, dict[str, int]]:
    """Findings of all rules on members, and rule → members it could not decide."""
    pl = polars()
    frame = with_facts(members)
    parts, undecided = [empty()], {}
    for rule in rules:
        if rule.table != "members":
            continue
        holds, unknown = where_rule_holds(rule, frame)
        claimed = frame.get_column("delivery").is_not_null().to_numpy()
        unsure = int((unknown & ~holds & claimed).sum())
        if unsure:
            undecided[rule.id] = unsure
        rows = frame.filter(pl.Series(holds & claimed, dtype=pl.Boolean))
        if rule.flag == "employer":
            rows = _by_employer(rows)
        made = rows.to_dicts()
        for row in made:
            row |= {"amount": row["allowance"], "fund": row["allowance"], "day": row["delivery"]}
            row |= {"hospital_id": None, "other_id": row["employer_id"]}
            row["key"] = (
                row["employer_id"] if rule.flag == "employer" else f"{row['patient_id']}|{row['delivery']}"
            )
        parts.append(table(rule, made))
    return pl.concat(parts), undecided


def with_facts(members: pl.DataFrame) -> pl.DataFrame:
    """Members with months_to_delivery, base_ratio, left_after_days, and the same of their employer."""
    pl = polars()
    frame = complete(members, "members").with_row_index("row")
    claimed = pl.col("delivery").is_not_null()
    months = (pl.col("delivery") - pl.col("joined")).dt.total_days() / _MONTH
    jump = (pl.col("delivery") - pl.col("base_changed")).dt.total_days() / _MONTH
    frame = frame.with_columns(
        months_to_delivery=pl.coalesce(pl.col("months_paid"), months),
        base_ratio=pl.when(pl.col("base_before") > 0).then(pl.col("base") / pl.col("base_before")),
        months_jump_to_delivery=jump,
        left_after_days=(pl.col("left") - pl.col("delivery")).dt.total_days().cast(pl.Float64),
    )
    employers = (
        frame.filter(pl.col("employer_id").is_not_null())
        .group_by("employer_id")
        .agg(
            members=pl.col("patient_id").n_unique().cast(pl.Float64),
            claims=pl.col("patient_id").filter(claimed).n_unique().cast(pl.Float64),
            median_joined_before=pl.col("months_to_delivery").filter(claimed).median(),
        )
        .with_columns(claim_share=pl.col("claims") / pl.col("members"))
    )
    return frame.join(employers, on="employer_id", how="left", maintain_order="left")


def _by_employer(rows: pl.DataFrame) -> pl.DataFrame:
    """One row an employer, with all its allowances."""
    pl = polars()
    total = pl.col("allowance").sum().over("employer_id")
    return rows.with_columns(allowance=total, patient_id=pl.lit(None, dtype=pl.String)).unique(
        "employer_id", keep="first", maintain_order=True
    )
