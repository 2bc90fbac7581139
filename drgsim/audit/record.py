"""What a screening found, as its tellers read it: the tables, and their sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from .library import Library

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, repr=False)
class AuditRecord:
    """All that a screening found and could not tell; `AuditResult` is it with what a user asks."""

    findings: pl.DataFrame
    screened: Mapping[str, int]
    told: Mapping[str, int]
    undecided: Mapping[str, int]
    problems: pl.DataFrame
    hospitals: pl.DataFrame
    checklist: pl.DataFrame
    library: Library
    unused: tuple[str, ...] = ()
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rings: Any = None
    kept_decisions: tuple[dict[str, Any], ...] = ()

    def __len__(self) -> int:
        return len(self.findings)

    def summary(self, by: str = "rule") -> pd.DataFrame:
        """Findings, stays or visits, institutions and money (counted once; yuan) by a column of `findings`.

        `by`: rule, family, result, table, department, hospital_id, decision.
        """
        return _grouped(self.findings, by)

    @property
    def assumed(self) -> list[str]:
        """Rules and levers in use that rest on assumptions of drgsim, as `rule` or `rule.lever`."""
        found = set(self.findings.get_column("rule").unique().to_list())
        rules = [rule for rule in self.library if rule.id in found]
        named = [rule.id for rule in rules if rule.state == "assumed"]
        return named + [f"{rule.id}.{lever}" for rule in rules for lever in rule.assumed]


def _grouped(findings: pl.DataFrame, by: str) -> pd.DataFrame:
    import polars as pl

    keys = ["table", by] if by not in ("table", "rule") else [by]
    made = (
        findings.group_by(keys)
        .agg(
            findings=pl.len(),
            visits=pl.col("visit_id").drop_nulls().n_unique(),
            institutions=pl.col("hospital_id").drop_nulls().n_unique(),
            violations=(pl.col("result") == "violation").sum(),
            explained=(pl.col("decision") == "explained").sum(),
            money=pl.col("counted").sum().round(2),
        )
        .sort(["money", "findings", *keys], descending=[True, True, *([False] * len(keys))])
    )
    frame = pd.DataFrame(made.to_dict(as_series=False))
    return frame.set_index(keys if len(keys) > 1 else by) if len(frame) else frame
