"""What national documents ask of a screening as a whole: five supervision indices, and lists of typical
problems."""

from __future__ import annotations

import csv
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .._paths import data_path
from ..words import pairs
from .audit_errors import AuditRuleError
from .record import AuditRecord

if TYPE_CHECKING:
    import polars as pl


KINDS = pairs("problem_kind")
HOW = pairs("problem_shown")


@cache
def problem_rows() -> tuple[dict[str, str], ...]:
    """field, field_en, rows, kind, zh, en, rules (ids, joined by blanks) of each entry, restated."""
    with data_path("audit", "problems.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def problem_list(result: AuditRecord, lang: str = "zh") -> pl.DataFrame:
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


# index -> the rule whose hospital table it is read from
MEASURES = {
    "readmission": "hospital-readmission",
    "low_standard": "hospital-low-standard",
    "over_long": "hospital-over-long",
    "mortality": "hospital-low-risk-death",
}
STATE = "assumed"
_OVERCODED, _UNDERCODED = ("upcoding",), ("downcoding",)


def dip_indices(result: AuditRecord, *, beta: float = 0.0) -> pd.DataFrame:
    """A row a hospital: record_quality (0 to 1), the four indices, and the factor on its points.

    An index is the hospital's share over what its groups lead to elsewhere: 1 is as expected, NaN unknown.
    record_quality = 1 − overcoded share − undercoded share of its stays (findings, not verdicts). The factor
    is Π (1 − beta × max(index − 1, 0)), at least 0; with beta 0 nothing is deducted. `attrs["state"]` is
    `assumed`.

    Raises AuditRuleError when none of the rules the indices rest on ran.
    """
    hospitals = result.hospitals
    rules = set(hospitals.get_column("rule").to_list()) if len(hospitals) else set()
    if not rules & set(MEASURES.values()):
        raise AuditRuleError(
            "the indices rest on rules that did not run", got=sorted(rules), allowed=sorted(MEASURES.values())
        )
    names = sorted(set(hospitals.get_column("hospital_id").to_list()))
    table = pd.DataFrame(index=pd.Index(names, name="hospital_id"))
    size: dict[str, int] = {}
    for name, n in hospitals.select("hospital_id", "n").iter_rows():
        size[name] = max(n, size.get(name, 0))
    quality = {}
    for name in names:
        own = result.findings.filter(result.findings.get_column("hospital_id") == name)
        wrong = sum(rule in (*_OVERCODED, *_UNDERCODED) for rule in own.get_column("rule").to_list())
        quality[name] = max(1.0 - wrong / max(size[name], 1), 0.0)
    table["record_quality"] = pd.Series(quality)
    for index, rule in MEASURES.items():
        own = hospitals.filter(hospitals.get_column("rule") == rule)
        values = dict(own.select("hospital_id", "index").iter_rows())
        table[index] = [values.get(name, np.nan) for name in names]
    over = np.maximum(table[list(MEASURES)].fillna(1.0).to_numpy(dtype=float) - 1.0, 0.0)
    table["factor"] = np.maximum(1.0 - beta * over, 0.0).prod(axis=1)
    table.attrs["state"] = STATE
    return table
