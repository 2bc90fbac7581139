"""Run the rules on prescriptions and purchases: findings, rings, and what could not be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import AuditRuleError
from ..facts import where_rule_holds
from ..findings import empty, table
from ..reading import polars
from ..rule import Rule
from .rings import rings
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
