"""Limits that stand in words only: which charged lines they concern, and what a record must show."""

from __future__ import annotations

import csv
from functools import cache
from typing import TYPE_CHECKING

from .._paths import data_path
from .items.matching import Matcher
from .reading import polars

if TYPE_CHECKING:
    import polars as pl

KINDS = (
    "drug_indication", "drug_second_line", "drug_level", "drug_way_of_care", "drug_course",
    "drug_for_children",
)  # fmt: skip


@cache
def needs_words() -> dict[str, tuple[str, str]]:
    """What a record must show, by name, in both languages (`data/audit/needs.csv`)."""
    with data_path("audit", "needs.csv").open(encoding="utf-8", newline="") as file:
        return {row["need"]: (row["zh"], row["en"]) for row in csv.DictReader(file)}


def checklist(matcher: Matcher) -> pl.DataFrame:
    """kind, row (pack/kind/number), item, needs, needs_zh, needs_en, lines, visits, amount (yuan), confirmed.

    One row for each published limit with words that some line meets. `confirmed` are lines the hospital
    marked as meeting the limit. No persons.
    """
    pl = polars()
    schema = {
        "kind": pl.String, "row": pl.String, "item": pl.String, "needs": pl.String, "needs_zh": pl.String,
        "needs_en": pl.String, "lines": pl.UInt32, "visits": pl.UInt32, "amount": pl.Float64, "confirmed":
        pl.UInt32,
    }  # fmt: skip
    rows = [row for row in matcher.rows.of_kind(*KINDS, on=matcher.on) if row.limits.get("needs")]
    met = matcher.met(rows)
    if not len(met):
        return pl.DataFrame(schema=schema)
    lines = matcher.lines.frame.join(met, on="code", how="inner")
    confirmed = (
        (pl.col("label_exception") == 1).sum()
        if "label_exception" in lines.columns
        else pl.lit(0, dtype=pl.UInt32)
    )
    counts = lines.group_by("place").agg(
        lines=pl.len(),
        visits=pl.col("visit").n_unique(),
        amount=pl.col("amount").sum(),
        confirmed=confirmed.cast(pl.UInt32),
    )
    words = needs_words()
    made = [
        {
            "kind": rows[row["place"]].kind,
            "row": rows[row["place"]].id,
            "item": rows[row["place"]].item,
            "needs": rows[row["place"]].limits["needs"],
            "needs_zh": "、".join(words[need][0] for need in rows[row["place"]].limits["needs"].split()),
            "needs_en": ", ".join(words[need][1] for need in rows[row["place"]].limits["needs"].split()),
            **{name: row[name] for name in ("lines", "visits", "amount", "confirmed")},
        }
        for row in counts.iter_rows(named=True)
    ]
    return pl.DataFrame(made, schema=schema).sort(["amount", "row"], descending=[True, False])
