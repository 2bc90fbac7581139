"""Prescriptions and purchases: their days of supply, and the rules run on them: findings, rings, and what
could not be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..audit_errors import AuditRuleError
from ..facts import where_rule_holds
from ..findings import empty, table
from ..reading import complete, polars
from ..rule import Rule

if TYPE_CHECKING:
    import polars as pl


_THING = ["patient_id", "drug_code"]


def prepared(prescriptions: pl.DataFrame, drugs: Any) -> tuple[pl.DataFrame, dict[str, int]]:
    """Prescriptions with what the drug catalogue says and their days of supply; what could not be told.

    ddd_days = packs × units a pack × strength ÷ defined daily dose. supply is that, else the days stated.
    A prescription without person, time, drug or quantity is left out and counted.
    """
    pl = polars()
    frame = complete(prescriptions, "prescriptions").with_row_index("row")
    usable = pl.all_horizontal(pl.col(name).is_not_null() for name in (*_THING, "time", "quantity"))
    kept = frame.filter(usable & (pl.col("quantity") > 0))
    told = {"prescriptions_unusable": len(frame) - len(kept)}
    if drugs is None:
        facts = pl.DataFrame(schema={"drug_code": pl.String})
        facts = complete(facts, "drugs")
    else:
        facts = drugs.unique("drug_code", keep="first", maintain_order=True)
    facts = facts.select(
        "drug_code",
        "ddd",
        "strength",
        "pack",
        "label_max",
        "monitored",
        drug_kind="kind",
        generic="drug_name",
    )
    kept = kept.join(facts, on="drug_code", how="left", maintain_order="left")
    units = pl.col("quantity") * pl.col("pack").fill_null(1.0)
    kept = kept.with_columns(
        ddd_days=pl.when(pl.col("ddd") > 0).then(units * pl.col("strength") / pl.col("ddd")),
        kind=pl.coalesce("kind", "drug_kind"),
        day=pl.col("time").dt.date(),
        drug_name=pl.coalesce("drug_name", "generic"),
        money=pl.coalesce("fund_paid", "amount"),
    )
    kept = kept.with_columns(supply=pl.coalesce("ddd_days", "days_supply"))
    told["prescriptions_without_dose"] = int(kept.get_column("supply").null_count())
    return kept, {name: count for name, count in told.items() if count}


def with_stock(frame: pl.DataFrame) -> pl.DataFrame:
    """days_left: days of the drug a person still has when a prescription is made, all institutions together.

    Supply is used from the day it is dispensed, or from the end of what was in hand.
    """
    pl = polars()
    ordered = frame.sort(*_THING, "time", "row")
    at = pl.col("time").dt.epoch("s") / 86400.0
    supply = pl.col("supply").fill_null(0.0)
    run = supply.cum_sum().over(_THING)
    # the end of supply after i: sum of supplies + the latest start, less what was supplied before it
    end = run + (at - (run - supply)).cum_max().over(_THING)
    ordered = ordered.with_columns(end=end, at=at)
    left = (pl.col("end").shift(1).over(_THING) - pl.col("at")).clip(0.0)
    before = pl.col("day").shift(1).over(_THING)
    return ordered.with_columns(
        days_left=left.fill_null(0.0),
        days_between=(pl.col("day") - before).dt.total_days().cast(pl.Float64),
        before_hospital=pl.col("hospital_id").shift(1).over(_THING),
    ).drop("end", "at")


def with_window(frame: pl.DataFrame, days: float) -> pl.DataFrame:
    """window_days, window_ratio, visits, institutions: of one person and drug in the days up to each row."""
    pl = polars()
    ordered = frame.sort(*_THING, "day", "time", "row")
    rolled = ordered.rolling(index_column="day", period=f"{int(days)}d", group_by=_THING).agg(
        window_days=pl.col("supply").sum(),
        visits=pl.len().cast(pl.Float64),
        institutions=pl.col("hospital_id").drop_nulls().n_unique().cast(pl.Float64),
        window_money=pl.col("money").sum(),
        last=pl.col("row").last(),
    )
    # rows of one day share their window; it is told at the last of them
    rolled = rolled.unique([*_THING, "day"], keep="last", maintain_order=True).drop("day", *_THING)
    return ordered.join(
        rolled, left_on="row", right_on="last", how="left", maintain_order="left"
    ).with_columns(window_ratio=pl.col("window_days") / days)


def members_of_phone(frame: pl.DataFrame) -> pl.DataFrame:
    """members: how many persons a phone is used for; null where no phone is stated."""
    pl = polars()
    count = (
        frame.filter(pl.col("phone").is_not_null())
        .group_by("phone")
        .agg(members=pl.col("patient_id").n_unique().cast(pl.Float64))
    )
    return frame.join(count, on="phone", how="left", maintain_order="left")


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
