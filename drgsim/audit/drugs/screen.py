"""Run the rules on prescriptions and purchases: findings, rings, and what could not be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..audit_errors import AuditRuleError
from ..facts import where_rule_holds
from ..findings import empty, table
from ..reading import polars
from ..rule import Rule
from .supply import members_of_phone, prepared, with_stock, with_window

if TYPE_CHECKING:
    import polars as pl


@dataclass
class DrugFindings:
    """What the rules on prescriptions found; `rings` as `rings.rings` gives them."""

    findings: pl.DataFrame
    rings: pl.DataFrame | None = None
    undecided: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)


def screen_prescriptions(prescriptions: pl.DataFrame, drugs: Any, rules: Iterable[Rule]) -> DrugFindings:
    """Findings of all rules on prescriptions. Raises AuditRuleError for a test they do not know."""
    pl = polars()
    frame, told = prepared(prescriptions, drugs)
    frame = members_of_phone(with_stock(frame))
    found = DrugFindings(empty(), told=told)
    parts = [empty()]
    for rule in rules:
        if rule.table != "prescriptions":
            continue
        if rule.test == "shared":
            ring = _rings(rule, frame)
            found.rings = ring
            parts.append(_ring_findings(rule, ring))
            continue
        if rule.test not in ("supply", "prescription"):
            raise AuditRuleError("prescriptions have no such test", got=rule.test, where=rule.id)
        days = float(rule.value("window")) if rule.test == "supply" else None
        own = frame if days is None else with_window(frame, days)
        holds, unknown = where_rule_holds(rule, own)
        seen = own.get_column("window_days").is_not_null().to_numpy() if days is not None else True
        unsure = int((unknown & ~holds & seen).sum())
        if unsure:
            found.undecided[rule.id] = unsure
        rows = own.filter(pl.Series(holds, dtype=pl.Boolean)).sort("patient_id", "time", "row").to_dicts()
        parts.append(table(rule, [_finding(rule, row, days) for row in rows]))
    found.findings = pl.concat(parts)
    return found


def _finding(rule: Rule, row: dict[str, Any], days: float | None) -> dict[str, Any]:
    """Money in excess: of a window the share of this prescription beyond it; else the prescription."""
    money, amount = row["money"], row["money"]
    weak = False
    if days is not None and rule.flag == "excess" and row["supply"]:
        beyond = min(max(row["window_days"] - days, 0.0), row["supply"])
        amount = None if money is None else round(money * beyond / row["supply"], 2)
        weak = row["window_ratio"] <= 2
    return {
        **row,
        "amount": amount,
        "fund": amount if row["fund_paid"] is not None else None,
        "weak": weak,
        "visit_id": row["visit_id"] or row["prescription_id"],
        "other_id": row["before_hospital"],
        "item_code": row["drug_code"],
        "item_name": row["drug_name"],
        "key": "|".join(str(row[name]) for name in ("prescription_id", "patient_id", "drug_code", "time")),
        "window_percent": None if days is None else round(100 * (row["window_ratio"] or 0)),
    }


def _rings(rule: Rule, frame: pl.DataFrame) -> pl.DataFrame:
    pl = polars()
    listed = frame.filter(pl.col("monitored") == 1)
    # without a list of drugs all are looked at
    chosen = listed if len(listed) else frame
    return rings(
        chosen,
        days=float(rule.value("days")),
        persons=int(rule.value("persons")),
        institutions=int(rule.value("institutions")),
    )


def _ring_findings(rule: Rule, found: pl.DataFrame) -> pl.DataFrame:
    rows = [
        {
            **row,
            "amount": row["money"],
            "key": "|".join([*row["hospital_ids"], *row["patient_ids"]]),
            "hospital_id": row["hospital_ids"][0],
            "other_id": "|".join(row["hospital_ids"][1:]),
        }
        for row in found.iter_rows(named=True)
    ]
    return table(rule, rows)


def rings(frame: pl.DataFrame, *, days: float, persons: int, institutions: int) -> pl.DataFrame:
    """ring, persons, institutions, events, money, hospital_ids, patient_ids: connected parts of the graph.

    An edge ties a person to an institution where the person bought, if the person bought at another one at
    most `days` days before or after (0: on the same day). Parts smaller than `persons` and `institutions`
    are no rings. Sorted by events, most first.
    """
    pl = polars()
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    schema = {
        "ring": pl.Int64,
        "persons": pl.UInt32,
        "institutions": pl.UInt32,
        "events": pl.UInt32,
        "money": pl.Float64,
        "hospital_ids": pl.List(pl.String),
        "patient_ids": pl.List(pl.String),
    }
    known = frame.filter(pl.col("patient_id").is_not_null() & pl.col("hospital_id").is_not_null())
    known = known.sort("patient_id", "day", "time", "row")
    for step in (1, -1):
        other = pl.col("hospital_id").shift(step).over("patient_id") != pl.col("hospital_id")
        near = (pl.col("day") - pl.col("day").shift(step).over("patient_id")).dt.total_days().abs() <= days
        known = known.with_columns((other & near).fill_null(False).alias(f"chain{step}"))
    edges = known.filter(pl.col("chain1") | pl.col("chain-1"))
    if not len(edges):
        return pl.DataFrame(schema=schema)
    who = edges.get_column("patient_id").rank("dense").to_numpy().astype(np.int64) - 1
    where = edges.get_column("hospital_id").rank("dense").to_numpy().astype(np.int64) - 1
    people, places = int(who.max()) + 1, int(where.max()) + 1
    graph = coo_matrix(
        (np.ones(len(who), dtype=np.int8), (who, people + where)), shape=(people + places,) * 2
    )
    _, part = connected_components(graph, directed=False)
    made = (
        edges.with_columns(part=pl.Series(part[who]))
        .group_by("part")
        .agg(
            persons=pl.col("patient_id").n_unique(),
            institutions=pl.col("hospital_id").n_unique(),
            events=pl.len(),
            money=pl.col("money").sum(),
            hospital_ids=pl.col("hospital_id").unique().sort(),
            patient_ids=pl.col("patient_id").unique().sort(),
        )
        .filter((pl.col("persons") >= persons) & (pl.col("institutions") >= institutions))
        .sort(
            "events",
            "money",
            "persons",
            pl.col("patient_ids").list.first(),
            descending=[True, True, True, False],
        )
    )
    numbered = made.with_columns(ring=pl.int_range(1, pl.len() + 1))
    return numbered.select(pl.col(name).cast(kind) for name, kind in schema.items())
