"""Run the rules on stays: facts once, every rule's condition over them, then the money of what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ...grouping import DrgGrouper
from ...payment.engine.grouped import grouped
from ...payment.pay import pay
from ..audit_errors import AuditRuleError
from ..facts import asked_of, code_lists, where_rule_holds
from ..findings import empty, table
from ..library import Library
from ..reading import polars
from ..rule import Rule
from .beside import with_care_outside, with_charges, with_companions, with_stay_before
from .frame import stay_frame
from .hospitals import empty as no_hospitals
from .hospitals import rising, shares, with_neighbours
from .upcoding import lifted
from .worth import Worth

if TYPE_CHECKING:
    import polars as pl

_HANDED = (
    "stay", "case_id", "patient_id", "hospital_id", "department", "doctor", "admission", "discharge_day",
    "drg", "adrg", "category", "principal", "los", "los_fence", "age", "gap_days", "before",
    "charge_gap_days", "elsewhere", "elsewhere_amount", "outside_amount", "lifting_code", "drg_without",
    "upcoding_signals", "secondary_count", "stays_in_year", "admitted_together", "examination_share",
    "cost_ratio", "self_pay_excess",
)  # fmt: skip
MONEY = ("merge", "without_code", "whole", "outside", "none", "")


@dataclass
class StayFindings:
    """What the rules on stays found, hospitals beside each other, and what was not known."""

    findings: pl.DataFrame
    hospitals: pl.DataFrame
    undecided: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)


def screen_stays(
    cases: Any,
    library: Library,
    *,
    policy: Any = None,
    weights: Any = None,
    scheme: str | None = None,
    lines: Any = None,
    events: Any = None,
) -> StayFindings:
    """Findings of all rules on stays. `cases` is a pandas case table, in whose order `row` counts.

    `lines` (charge items) and `events` (care outside, `beside.outside_events`) add the facts they hold.
    Raises AuditRuleError for a test or kind of money stays do not know; what `pay` raises.
    """
    pl = polars()
    rules = [rule for rule in library if rule.table == "stays"]
    found = StayFindings(empty(), no_hospitals())
    if not rules:
        return found
    cases, grouper = with_groups(cases, policy, scheme)
    paid = None if policy is None else pay(cases, policy, weights=weights).frame
    stays = _facts(cases, paid, rules, lines, events, grouper)
    _tell(found, stays, paid)
    worth = None if policy is None else Worth(cases, policy, weights)
    parts, hospitals = [], []
    asked = asked_of(stays)
    first = (stays.get_column("gap_is_known") == 0).fill_null(False).to_numpy()
    for rule in rules:
        holds, unknown = where_rule_holds(rule, stays, asked)
        if rule.test == "hospital":
            rows, beside = _hospital(rule, stays, holds, ~unknown)
            parts.append(table(rule, rows))
            hospitals.append(beside)
            continue
        if rule.test not in ("stay", "next_stay") or rule.flag not in MONEY:
            raise AuditRuleError(
                "stays have no such test or money", got=[rule.test, rule.flag], where=rule.id
            )
        if rule.test == "next_stay":  # the first stay of a person has none before it, and that is known
            unknown = unknown & ~first
        unsure = int((unknown & ~holds).sum())
        if unsure:
            found.undecided[rule.id] = unsure
        parts.append(_found(rule, stays.filter(pl.Series(holds, dtype=pl.Boolean)), stays, worth))
    found.findings = pl.concat([empty(), *parts])
    found.hospitals = pl.concat([no_hospitals(), *hospitals], how="vertical_relaxed")
    return found


def facts_of_stays(
    cases: Any,
    *,
    library: Library | None = None,
    policy: Any = None,
    weights: Any = None,
    scheme: str | None = None,
) -> pl.DataFrame:
    """Every fact rules on stays may ask for, a row a stay in the order of `cases`, as a polars frame."""
    cases, grouper = with_groups(cases, policy, scheme)
    paid = None if policy is None else pay(cases, policy, weights=weights).frame
    rules = [rule for rule in library or Library.load() if rule.table == "stays"]
    return _facts(cases, paid, rules, None, None, grouper)


def with_groups(cases: Any, policy: Any, scheme: str | None) -> tuple[Any, DrgGrouper | None]:
    """The stays in the groups of the scheme, or of the one the policies name; and what groups them."""
    policies = [] if policy is None else list(policy.values()) if hasattr(policy, "values") else [policy]
    named = {each.scheme for each in policies if each.scheme and each.method != "dip"}
    scheme = scheme or (named.pop() if len(named) == 1 else None)
    grouper = DrgGrouper(scheme) if scheme else None
    if policy is not None:
        cases, _ = grouped(cases, policy, scheme=scheme)
    elif grouper is not None and "drg" not in cases:
        answer = grouper.group(cases)
        cases = cases.assign(**{name: answer[name].array for name in answer.columns})
    needed = {"adrg", "mdc", "severity"} - set(cases.columns)
    if needed and grouper is not None and {"diagnoses", "sex", "age"} <= set(cases.columns):
        answer = grouper.group(cases)
        cases = cases.assign(**{name: answer[name].array for name in needed})
    return cases, grouper


def _facts(
    cases: Any, paid: Any, rules: Sequence[Rule], lines: Any, events: Any, grouper: Any
) -> pl.DataFrame:
    pl = polars()
    stays = with_stay_before(stay_frame(cases, paid))
    stays = with_charges(stays, lines)
    before = next((int(r.value("before")) for r in rules if "before" in r.parameters), 0)
    if events is None:
        events = pl.DataFrame(schema={"patient_id": pl.String})
    stays = with_companions(with_care_outside(stays, events, before))
    low = tuple(code_lists()["low_risk"])
    in_low = pl.col("category").is_in(low)
    stays = stays.with_columns(
        low_risk=in_low.cast(pl.Int8),
        low_risk_stratum=pl.when(in_low).then(pl.lit("low")),
        adrg_level=pl.format("{}/{}", "adrg", pl.col("hospital_level").cast(pl.Int32)),
        gap_is_known=pl.when(pl.col("patient_id").is_not_null()).then(
            pl.col("gap_days").is_not_null().cast(pl.Int8)
        ),
    )
    if not any(rule.family == "upcoding" for rule in rules):
        return stays
    lift = pl.DataFrame(schema={"stay": pl.UInt32, "lifting_code": pl.String, "drg_without": pl.String})
    if grouper is not None and "diagnoses" in cases and "severity" in cases:
        lift = lifted(cases, stays, grouper)
    stays = stays.join(lift, on="stay", how="left", maintain_order="left")
    low_cost = (pl.col("severity") == "MCC") & (pl.col("cost_ratio") < _limit(rules, "low_cost"))
    stays = with_neighbours(stays)
    rare = _limit(rules, "neighbours")
    beyond = pl.col("hospital_id").is_in(_mcc_excess(stays, rules))
    known = pl.col("severity").is_not_null() if grouper is not None else pl.lit(False)
    stays = stays.with_columns(
        single_code_lifts=pl.when(known).then(pl.col("lifting_code").is_not_null().cast(pl.Int8)),
        hospital_mcc_excess=beyond.cast(pl.Int8),
        hospital_lift_excess=(pl.col("hospital_lift_p") < rare).cast(pl.Int8),
        hospital_code_excess=(pl.col("hospital_code_p") < rare).cast(pl.Int8),
    )
    signals = (
        pl.col("single_code_lifts").fill_null(0).cast(pl.Float64)
        + pl.col("procedure_uncharged").fill_null(0)
        + low_cost.fill_null(False).cast(pl.Float64)
        + pl.max_horizontal("hospital_mcc_excess", "hospital_lift_excess").fill_null(0)
        + pl.col("hospital_code_excess").fill_null(0)
    )
    return stays.with_columns(upcoding_signals=signals)


def _limit(rules: Sequence[Rule], name: str) -> float:
    """What the rules cut at; below 0, so that nothing is beyond it, where none of them asks."""
    return next((rule.value(name) for rule in rules if name in rule.parameters), -1.0)


def _mcc_excess(stays: pl.DataFrame, rules: Sequence[Rule]) -> list[str]:
    """Hospitals whose share of MCC is beyond the limit of the rule that says so."""
    rule = next((rule for rule in rules if rule.id == "hospital-mcc-share"), None)
    if rule is None:
        return []
    holds, unknown = where_rule_holds(rule, stays)
    beside = shares(rule, stays, holds, ~unknown)
    return _beyond(rule, beside).get_column("hospital_id").to_list()


def _beyond(rule: Rule, beside: pl.DataFrame) -> pl.DataFrame:
    pl = polars()
    far = pl.col("k") >= float(rule.value("index")) * pl.col("expected")
    return beside.filter((pl.col("p") < float(rule.value("p"))) & far & (pl.col("k") > pl.col("expected")))


def _hospital(rule: Rule, stays: Any, holds: Any, known: Any) -> tuple[list[dict[str, Any]], pl.DataFrame]:
    pl = polars()
    if rule.per == "rising":
        rows = [each for each in rising(rule, stays, holds, known) if each["p"] < float(rule.value("p"))]
        return [_percent(each) for each in rows], no_hospitals()
    if rule.flag:
        known = known & stays.get_column(rule.flag).is_not_null().to_numpy()
    beside = shares(rule, stays, holds, known)
    rows = _beyond(rule, beside).sort("p", "hospital_id").to_dicts()
    return [_percent(row) for row in rows], beside.with_columns(rule=pl.lit(rule.id))


def _percent(row: dict[str, Any]) -> dict[str, Any]:
    """A hospital as the row of a finding: percentages and a p that can be read."""
    made = {**row, "key": row["hospital_id"], "p": f"{row['p']:.1e}"}
    made |= {"expected": round(row["expected"], 1)} if "expected" in row else {}
    made["rate_percent"] = round(100 * row["rate"], 1)
    if "rate_before" in row:
        made["before_percent"] = round(100 * row["rate_before"], 1)
    return made


def _found(rule: Rule, hits: pl.DataFrame, stays: pl.DataFrame, worth: Worth | None) -> pl.DataFrame:
    if not len(hits):
        return empty()
    rows = hits.select(name for name in _HANDED if name in hits.columns).to_dicts()
    before_adrg, ids = stays.get_column("adrg"), stays.get_column("case_id")
    for row in rows:
        before = row.get("before")
        row |= {
            "row": row["stay"],
            "visit_id": row["case_id"],
            "day": row["discharge_day"] or row["admission"],
            "before_adrg": None if before is None else before_adrg[before],
            "other_id": None if before is None or rule.test != "next_stay" else ids[before],
            "examination_percent": _times100(row.get("examination_share")),
            "cost_percent": _times100(row.get("cost_ratio")),
            "self_pay_percent": _times100(row.get("self_pay_excess")),
            "before": rule.parameters["before"].value if "before" in rule.parameters else before,
            "before_stay": before,
            "key": None if row["case_id"] else f"row {row['stay']}",
        }
    _priced(rule, rows, worth)
    if rule.flag == "without_code":  # a code that gains nothing is no upcoding
        rows = [row for row in rows if row.get("amount") is None or row["amount"] > 0]
    return table(rule, rows)


def _times100(value: float | None) -> float | None:
    return None if value is None or value != value else round(100 * value)


def _priced(rule: Rule, rows: list[dict[str, Any]], worth: Worth | None) -> None:
    """The money at stake of each row, into `amount` and `fund`."""
    if rule.flag == "outside":
        for row in rows:
            row["amount"] = row["outside_amount"]
        return
    if worth is None or rule.flag in ("none", ""):
        return
    if rule.flag == "merge":
        money = worth.merged([(row["before_stay"], row["stay"]) for row in rows])
    elif rule.flag == "without_code":
        money = worth.without_code([row["stay"] for row in rows], [row["lifting_code"] for row in rows])
    else:
        money = worth.whole([row["stay"] for row in rows])
    for row, (amount, fund) in zip(rows, np.round(money, 2).tolist(), strict=True):
        row["amount"] = None if amount != amount else amount
        row["fund"] = None if fund != fund else fund


def _tell(found: StayFindings, stays: pl.DataFrame, paid: Any) -> None:
    """What the stays could not tell."""
    pl = polars()
    counts = stays.select(
        stays_without_person=pl.col("patient_id").is_null().sum(),
        stays_without_dates=pl.col("admission").is_null().sum(),
        stays_without_group=(pl.col("group").is_null() | (pl.col("group") == "0000")).sum(),
    ).row(0, named=True)
    found.told |= {name: int(count) for name, count in counts.items() if count}
    if paid is None:
        found.told["no_policy"] = len(stays)
    elif paid["payment"].isna().any():
        found.told["stays_unpaid"] = int(paid["payment"].isna().sum())
