"""Run the rules on trace codes over any number of sales with bounded memory.

Rules on one sale run batch by batch. Boxes sold more than once are found by counting codes in parts of their
hash, so that memory follows the part, not the table; only their sales are then held.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..facts import where_rule_holds
from ..findings import empty, table
from ..library import Library
from ..reading import complete, polars
from ..rule import Rule
from .sales import clean, drug_id_of, form_of, net_sales

if TYPE_CHECKING:
    import polars as pl

_PART = 1 << 23  # sales whose codes are counted at a time
_BATCH = 1 << 20  # sales that the rules on one sale look at at a time
_COLUMNS = (
    "row", "line_id", "trace_code", "drug_code", "hospital_id", "region", "patient_id", "document_id",
    "time", "quantity", "returned", "split", "pack_units", "fund_paid", "amount", "insured", "made",
    "expires", "level",
)  # fmt: skip


@dataclass
class TraceFindings:
    """What the rules on trace codes found."""

    findings: pl.DataFrame
    undecided: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    rows: int = 0


def screen_dispensings(
    sales: pl.LazyFrame, library: Library, *, drugs: Any = None, stays: Any = None, members: Any = None
) -> TraceFindings:
    """Findings of all rules on sales of drugs.

    `sales` has the columns of the table `dispensings` it can (`reading.scan_table`); `drugs` the drug
    catalogue (complete), `stays` patient_id, admission, discharge, hospital_id, `members` the members.
    """
    pl = polars()
    rules = [rule for rule in library if rule.table == "dispensings"]
    found = TraceFindings(empty())
    have = sales.collect_schema().names()
    sales = sales.with_row_index("row")
    lacking = pl.col("time").is_null() | pl.col("hospital_id").is_null()
    rows, unusable = sales.select(pl.len(), lacking.sum()).collect(engine="streaming").row(0)
    found.rows = rows
    if unusable:
        found.told["dispensings_unusable"] = unusable
        sales = sales.filter(~lacking)
    parts = [empty()]
    single = [rule for rule in rules if rule.flag not in ("doubled", "elsewhere", "share")]
    if single and rows:
        for batch in sales.collect_batches(chunk_size=_BATCH, engine="streaming"):
            parts += _single(batch, single, drugs, stays, members, found)
    several = [rule for rule in rules if rule.flag in ("doubled", "elsewhere", "share")]
    if several and "trace_code" in have:
        events = doubled_sales(sales, rows)
        stand, told = net_sales(events)
        found.told |= told
        parts += _several(stand, several, sales)
    found.findings = pl.concat(parts)
    return found


def doubled_sales(sales: pl.LazyFrame, rows: int) -> pl.DataFrame:
    """Every sale and return of the boxes whose code is there twice or more, with `code` cleaned.

    Packs that hold others (levels middle, large) name no box that is sold, and are left out.
    """
    pl = polars()
    parts = max(1, -(-rows // _PART))
    have = sales.collect_schema().names()
    code = clean(pl.col("trace_code"))
    boxes = sales.filter(pl.col("trace_code").is_not_null() & (code != ""))
    if "level" in have:
        boxes = boxes.filter(~pl.col("level").is_in(["middle", "large", "中码", "大码"]).fill_null(False))
    gtin = code.str.extract(r"^(?:\](?:d2|Q3|C1))?\(01\)(\d)", 1)
    boxes = boxes.filter(gtin.is_null() | (gtin == "0"))
    kept = []
    for part in range(parts):
        mine = boxes.filter(code.hash(seed=0) % parts == part) if parts > 1 else boxes
        many = mine.select(code=code.hash(seed=1)).group_by("code").len().filter(pl.col("len") > 1)
        wanted = many.select("code").collect(engine="streaming").get_column("code")
        if len(wanted):
            rows_of = mine.filter(code.hash(seed=1).is_in(wanted.implode()))
            kept.append(rows_of.with_columns(code=code).collect(engine="streaming"))
    made = pl.concat(kept) if kept else boxes.with_columns(code=code).limit(0).collect()
    # equal hashes are not yet equal codes
    return complete(made.filter(pl.len().over("code") > 1), "dispensings")


def _single(
    batch: pl.DataFrame, rules: list[Rule], drugs: Any, stays: Any, members: Any, found: TraceFindings
) -> list[pl.DataFrame]:
    pl = polars()
    frame = complete(batch, "dispensings").select(_COLUMNS)
    frame = frame.with_columns(code=clean(pl.col("trace_code")))
    frame = frame.with_columns(
        form=form_of(pl.col("code")), has_code=(pl.col("code").fill_null("") != "").cast(pl.Int8)
    )
    frame = frame.with_columns(
        form=pl.when(pl.col("has_code") == 1).then("form"), drug_id=drug_id_of(pl.col("code"), pl.col("form"))
    )
    bad = int((frame.get_column("form") == "malformed").sum())
    if bad:
        found.told["codes_malformed"] = found.told.get("codes_malformed", 0) + bad
    back = (pl.col("returned").fill_null(0) == 1) | (pl.col("quantity").fill_null(1.0) < 0)
    day = pl.col("time").dt.date()
    frame = frame.filter(~back).with_columns(
        day=day,
        sold_expired=(day > pl.col("expires").dt.date()).cast(pl.Int8),
        sold_before_made=(day < pl.col("made").dt.date()).cast(pl.Int8),
        insured=pl.coalesce("insured", (pl.col("fund_paid") > 0).cast(pl.Int8)),
    )
    frame = _with_drug(frame, drugs)
    frame = _with_person(frame, stays, members)
    parts = []
    for rule in rules:
        first = rule.parameters.get("from_day")
        own = frame
        if first is not None:
            start = datetime.date.fromisoformat(str(first.value))
            own = frame.with_columns(mandatory=(pl.col("day") >= start).cast(pl.Int8))
        holds, unknown = where_rule_holds(rule, own)
        unsure = int((unknown & ~holds).sum())
        if unsure:
            found.undecided[rule.id] = found.undecided.get(rule.id, 0) + unsure
        rows = own.filter(pl.Series(holds, dtype=pl.Boolean)).to_dicts()
        parts.append(table(rule, [_finding(row) for row in rows]))
    return parts


def _with_drug(frame: pl.DataFrame, drugs: Any) -> pl.DataFrame:
    pl = polars()
    if drugs is None:
        nothing = ("drug_known", "drug_agrees", "no_code_list")
        return frame.with_columns(pl.lit(None, dtype=pl.Int8).alias(name) for name in nothing)
    ids = drugs.select(
        "drug_code", "drug_name", ids=pl.col("trace_ids").str.split("|"), no_code_list="no_trace"
    )
    joined = frame.join(ids.unique("drug_code"), on="drug_code", how="left", maintain_order="left")
    told = pl.col("ids").list.len() > 0
    return joined.with_columns(
        drug_known=pl.when(pl.col("drug_id").is_not_null()).then(told.fill_null(False)).cast(pl.Int8),
        drug_agrees=pl.when(told & pl.col("drug_id").is_not_null())
        .then(pl.col("ids").list.contains(pl.col("drug_id")))
        .cast(pl.Int8),
    ).drop("ids")


def _with_person(frame: pl.DataFrame, stays: Any, members: Any) -> pl.DataFrame:
    """in_ward (a stay elsewhere strictly around the day) and dead; null where nothing tells."""
    pl = polars()
    frame = frame.with_columns(in_ward=pl.lit(None, dtype=pl.Int8), dead=pl.lit(None, dtype=pl.Int8))
    if stays is not None and len(stays):
        both = frame.select("row", "patient_id", "day", "hospital_id").join(
            stays.select("patient_id", "admission", "discharge", ward="hospital_id"),
            on="patient_id",
            how="inner",
        )
        inside = (pl.col("day") > pl.col("admission").dt.date()) & (
            pl.col("day") < pl.col("discharge").dt.date()
        )
        inside &= (pl.col("ward") != pl.col("hospital_id")).fill_null(True)
        rows = both.filter(inside).get_column("row").unique()
        frame = frame.with_columns(in_ward=pl.col("row").is_in(rows.implode()).cast(pl.Int8))
    if members is not None:
        died = members.filter(pl.col("died").is_not_null()).select("patient_id", "died").unique("patient_id")
        frame = frame.join(died, on="patient_id", how="left", maintain_order="left").with_columns(
            dead=(pl.col("day") > pl.col("died").dt.date()).fill_null(False).cast(pl.Int8)
        )
    return frame


def _finding(row: dict[str, Any]) -> dict[str, Any]:
    paid = row["fund_paid"] if row["fund_paid"] is not None else row["amount"]
    return {
        **row,
        "visit_id": row["document_id"],
        "item_code": row["drug_code"],
        "item_name": row.get("drug_name"),
        "amount": paid,
        "fund": row["fund_paid"],
        "key": "|".join(str(row[name]) for name in ("line_id", "code", "hospital_id", "document_id", "time")),
    }


def _several(stand: pl.DataFrame, rules: list[Rule], sales: pl.LazyFrame) -> list[pl.DataFrame]:
    pl = polars()
    parts = []
    paid = (pl.col("fund_paid").fill_null(0.0) > 0) | (pl.col("insured") == 1)
    unknown = pl.col("fund_paid").is_null() & pl.col("insured").is_null()
    here = stand.with_columns(paid=paid.fill_null(False) | unknown).with_columns(
        net_sales=pl.len().over("code", "hospital_id").cast(pl.Float64),
        fund_sales=pl.col("paid").sum().over("code", "hospital_id").cast(pl.Float64),
        nth_here=pl.int_range(1, pl.len() + 1).over("code", "hospital_id"),
        elsewhere=(pl.col("before_hospital") != pl.col("hospital_id")).cast(pl.Int8),
        other_region=(pl.col("before_region") != pl.col("region")).cast(pl.Int8),
        other_person=(pl.col("before_person") != pl.col("patient_id")).cast(pl.Int8),
    )
    for rule in rules:
        if rule.flag == "share":
            parts.append(_share(rule, here, sales))
            continue
        holds, _ = where_rule_holds(rule, here)
        own = here.filter(pl.Series(holds, dtype=pl.Boolean))
        parts.append(_doubled(rule, own) if rule.flag == "doubled" else _elsewhere(rule, own))
    return parts


def _doubled(rule: Rule, own: pl.DataFrame) -> pl.DataFrame:
    """One finding a code and institution: all sales after the first are in excess."""
    pl = polars()
    later = pl.col("nth_here") > 1
    money = pl.coalesce("fund_paid", "amount")
    codes = (
        own.sort("time", "row")
        .group_by("code", "hospital_id", maintain_order=True)
        .agg(
            row=pl.col("row").last(),
            net_sales=pl.col("net_sales").first(),
            gaps=pl.col("days_between").filter(later).cast(pl.Int64).cast(pl.String).str.join("、"),
            amount=money.filter(later).sum(),
            fund=pl.col("fund_paid").filter(later).sum(),
            day=pl.col("day").last(),
            item_code=pl.col("drug_code").first(),
            patient_id=pl.col("patient_id").last(),
            visit_id=pl.col("document_id").last(),
            certain=pl.col("certain").all(),
        )
    )
    rows = codes.to_dicts()
    for row in rows:
        row |= {"key": f"{row['code']}|{row['hospital_id']}", "weak": not row["certain"]}
        # netting needs documents or persons: without them doubled uploads cannot be told from sales
        row["result"] = rule.result if row["certain"] else "suspicion"
    return table(rule, rows)


def _elsewhere(rule: Rule, own: pl.DataFrame) -> pl.DataFrame:
    rows = [_finding(row) for row in own.to_dicts()]
    for row in rows:
        row |= {"other_id": row["before_hospital"], "weak": not (row["other_region"] or row["other_person"])}
    return table(rule, rows)


def _share(rule: Rule, here: pl.DataFrame, sales: pl.LazyFrame) -> pl.DataFrame:
    """Institutions with more doubled codes than their sales would lead to, by the exact Poisson tail."""
    pl = polars()
    from scipy.stats import poisson

    counts = sales.group_by("hospital_id").agg(sold=pl.len()).collect(engine="streaming")
    twice = here.filter(pl.col("net_sales") > 1).group_by("hospital_id").agg(k=pl.col("code").n_unique())
    both = (
        counts.join(twice, on="hospital_id", how="left")
        .with_columns(pl.col("k").fill_null(0))
        .sort("hospital_id")
    )
    total, doubled = both.get_column("sold").sum(), both.get_column("k").sum()
    rows = []
    for row in both.iter_rows(named=True):
        others = total - row["sold"]
        if not others or not row["k"]:
            continue
        expected = max((doubled - row["k"]) / others, 0.5 / others) * row["sold"]
        p = float(poisson.sf(row["k"] - 1, expected))
        if p < float(rule.value("p")):
            rows.append({**row, "expected": round(expected, 2), "p": f"{p:.1e}", "key": row["hospital_id"]})
    return table(rule, rows)
