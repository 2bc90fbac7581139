"""The national lists of typical problems: which rules look for each, and which only a record can show."""

from __future__ import annotations

import csv
from functools import cache
from typing import TYPE_CHECKING

from .._paths import data_path
from ..words import pairs

if TYPE_CHECKING:
    import polars as pl

    from .result import AuditResult

KINDS = pairs("problem_kind")
HOW = pairs("problem_shown")


@cache
def problem_rows() -> tuple[dict[str, str], ...]:
    """field, field_en, rows, kind, zh, en, rules (ids, joined by blanks) of each entry, restated."""
    with data_path("audit", "problems.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def problem_list(result: AuditResult, lang: str = "zh") -> pl.DataFrame:
    """field, rows, kind, problem, how, rules, findings, money (yuan, counted once): a row an entry.

    `how` says whether rules looked for it in the data at hand, or that only the record can show it.
    """
    import polars as pl

    en = lang == "en"
    counts = {
        row["rule"]: (row["findings"], row["money"])
        for row in result.findings.group_by("rule")
        .agg(findings=pl.len(), money=pl.col("counted").fill_null(0.0).sum())
        .iter_rows(named=True)
    }
    ran = {rule.id for rule in result.library} - set(result.unused)
    made = []
    for row in problem_rows():
        rules = row["rules"].split()
        found = sum(counts.get(rule, (0, 0.0))[0] for rule in rules)
        how = (
            "record" if not rules else "not run" if not ran & set(rules) else "found" if found else "nothing"
        )
        made.append(
            {
                "field": row["field_en"] if en else row["field"],
                "rows": row["rows"],
                "kind": KINDS[row["kind"]][en],
                "problem": row["en"] if en else row["zh"],
                "how": HOW[how][en],
                "rules": " ".join(rules),
                "findings": found,
                "money": round(sum(counts.get(rule, (0, 0.0))[1] for rule in rules), 2),
            }
        )
    return pl.DataFrame(made)
