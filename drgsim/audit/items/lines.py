"""Visits and their charge lines, ready to be screened: refunds taken off, codes mapped and numbered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..codes import mapped
from ..reading import complete, polars

if TYPE_CHECKING:
    import polars as pl


# column of the case table -> column of the visits
_OF_CASES = {
    "case_id": "visit_id",
    "patient_id": "patient_id",
    "hospital_id": "hospital_id",
    "hospital_level": "hospital_level",
    "department": "department",
    "sex": "sex",
    "age": "age",
    "los": "los",
    "insurance": "insurance",
    "admission_date": "admission",
    "discharge_date": "discharge",
    "diagnoses": "diagnoses",
    "total_cost": "total_cost",
    "fund_total": "fund_total",
}


def visits_of_cases(cases: Any) -> pl.DataFrame:
    """Stays as visits, inpatient, a row a case in the order of `cases`."""
    pl = polars()
    made = {}
    for source, name in _OF_CASES.items():
        if source not in cases:
            continue
        column = cases[source]
        if name in ("admission", "discharge"):
            made[name] = pl.Series(name, column.to_numpy().astype("datetime64[us]"))
        elif name in ("sex", "hospital_level"):
            made[name] = pl.Series(
                name, column.astype("Float64").to_numpy(dtype=float, na_value=float("nan"))
            )
            made[name] = made[name].fill_nan(None).cast(pl.Int32)
        elif name in ("age", "los", "total_cost", "fund_total"):
            made[name] = pl.Series(name, column.to_numpy(dtype=float, na_value=float("nan"))).fill_nan(None)
        else:
            texts = column.astype(object).where(column.notna(), None).tolist()
            made[name] = pl.Series(
                name, [None if text is None else str(text) for text in texts], dtype=pl.String
            )
    frame = pl.DataFrame(made)
    if "age_days" in cases and "age" in cases:
        days = cases["age_days"].to_numpy(dtype=float, na_value=float("nan"))
        age = cases["age"].to_numpy(dtype=float, na_value=float("nan"))
        young = (days <= 28) & ~(age >= 1)
        frame = frame.with_columns(newborn=pl.Series(young).cast(pl.Int8))
    return complete(frame.with_columns(way=pl.lit("inpatient")), "visits")


def with_facts(visits: pl.DataFrame) -> pl.DataFrame:
    """Visits with `visit` (number), los (the day of entry counts, that of exit does not), hours_in_stay."""
    pl = polars()
    stay = pl.col("discharge").dt.date() - pl.col("admission").dt.date()
    hours = (pl.col("discharge") - pl.col("admission")).dt.total_seconds() / 3600
    clocked = (pl.col("admission").dt.time() != pl.time(0, 0)) | (
        pl.col("discharge").dt.time() != pl.time(0, 0)
    )
    return visits.with_columns(
        los=pl.coalesce(stay.dt.total_days().clip(1).cast(pl.Float64), "los"),
        hours_in_stay=pl.when(clocked).then(hours.ceil()),
    ).with_row_index("visit")


@dataclass(frozen=True)
class Lines:
    """What the item rules look at.

    Attributes
    ----------
    frame : one row a line; row (of the source), visit and person (numbers), code (number in `codes`), time,
        day, quantity, price and amount (yuan), and what else the source has
    codes : national codes by number, "" for lines without one
    visits : one row a visit by its number, with los
    told : what the table could not tell: words → count
    """

    frame: pl.DataFrame
    codes: tuple[str, ...]
    visits: pl.DataFrame
    told: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frame)


def prepare(items: pl.DataFrame, visits: pl.DataFrame, mapping: Mapping[str, str] | None = None) -> Lines:
    """Lines from the table as read, visits (`visits_of_cases` or the table), and local → national codes."""
    pl = polars()
    told: dict[str, int] = {"lines": len(items)}
    doubled = len(visits) - visits.get_column("visit_id").n_unique()
    if doubled:
        told["visits_doubled"] = doubled
        visits = visits.unique("visit_id", keep="first", maintain_order=True)
    frame = items.with_row_index("row")
    usable = (
        pl.col("visit_id").is_not_null() & pl.col("time").is_not_null() & pl.col("quantity").is_not_null()
    )
    kept = frame.filter(usable)
    told["lines_unusable"] = len(frame) - len(kept)
    visits, kept = _joined(visits, kept, told)
    kept, codes = _coded(kept, mapping or {}, told)
    kept = _priced(kept)
    netted = net(kept)
    told |= {
        "lines_withdrawn": netted.withdrawn,
        "refunds": netted.refunds,
        "refunds_unmatched": netted.unmatched,
    }
    frame = netted.frame.with_columns(day=pl.col("time").dt.date())
    return Lines(frame, codes, visits, {name: count for name, count in told.items() if count})


def _joined(visits: pl.DataFrame, lines: pl.DataFrame, told: dict[str, int]) -> tuple[Any, Any]:
    """Visits numbered, those known from lines alone among them; and the lines with the numbers."""
    pl = polars()
    ids = lines.select("visit_id").unique(maintain_order=True)
    strange = ids.join(visits.select("visit_id"), on="visit_id", how="anti")
    told["visits_unknown"] = len(strange)
    if len(strange):
        about = [name for name in ("patient_id", "hospital_id") if name in lines.columns]
        first = (
            lines.join(strange, on="visit_id", how="semi")
            .group_by("visit_id", maintain_order=True)
            .agg(pl.col(name).drop_nulls().first() for name in about)
        )
        visits = pl.concat([visits, complete(first, "visits").select(visits.columns)], how="vertical_relaxed")
    if "patient_id" in lines.columns and visits.get_column("patient_id").null_count():
        stated = (
            lines.filter(pl.col("patient_id").is_not_null())
            .select("visit_id", stated="patient_id")
            .unique("visit_id")
        )
        visits = (
            visits.join(stated, on="visit_id", how="left")
            .with_columns(pl.coalesce("patient_id", "stated").alias("patient_id"))
            .drop("stated")
        )
    visits = with_facts(visits)
    # a visit of nobody known is its own person
    who = pl.coalesce("patient_id", pl.lit("\x00") + pl.col("visit_id"))
    visits = visits.with_columns(person=who.rank("dense").cast(pl.UInt32))
    numbers = visits.select("visit_id", pl.col("visit").cast(pl.UInt32), "person")
    drop = [name for name in ("visit_id", "patient_id") if name in lines.columns]
    return visits, lines.join(numbers, on="visit_id", how="left", maintain_order="left").drop(drop)


def _coded(
    lines: pl.DataFrame, mapping: Mapping[str, str], told: dict[str, int]
) -> tuple[Any, tuple[str, ...]]:
    pl = polars()
    names = [name for name in ("item_code", "local_code") if name in lines.columns]
    if not names:
        told["lines_without_code"] = len(lines)
        return lines.with_columns(code=pl.lit(0, dtype=pl.UInt32)), ("",)
    distinct = lines.select(names).unique(maintain_order=True)
    rows = [
        mapped(row.get("item_code"), row.get("local_code"), mapping) for row in distinct.iter_rows(named=True)
    ]
    words = tuple(dict.fromkeys(["", *sorted({code for code, _ in rows if code})]))
    places = {word: place for place, word in enumerate(words)}
    table = distinct.with_columns(
        code=pl.Series([places[code or ""] for code, _ in rows], dtype=pl.UInt32),
        how=pl.Series([how for _, how in rows], dtype=pl.String),
    )
    joined = lines.join(table, on=names, how="left", nulls_equal=True, maintain_order="left")
    for how, word in (("unmapped", "lines_unmapped"), ("none", "lines_without_code")):
        told[word] = int((joined.get_column("how") == how).sum())
    keep = ["item_code"] if "item_code" in names else []
    return joined.drop("how", *keep, *(["local_code"] if "local_code" in names else [])), words


def _priced(lines: pl.DataFrame) -> pl.DataFrame:
    """Unit price and amount, each from the other where one is missing."""
    pl = polars()
    price = pl.col("price") if "price" in lines.columns else pl.lit(None, dtype=pl.Float64)
    amount = pl.col("amount") if "amount" in lines.columns else pl.lit(None, dtype=pl.Float64)
    # some systems write a refund as a negative amount of a positive quantity
    back = ((amount < 0) | (price < 0)).fill_null(False) & (pl.col("quantity") > 0)
    lines = lines.with_columns(quantity=pl.when(back).then(-pl.col("quantity")).otherwise("quantity"))
    if "price" in lines.columns:
        price = price.abs()
    quantity = pl.col("quantity")
    return lines.with_columns(
        price=pl.coalesce(price, pl.when(quantity != 0).then(amount / quantity)),
        amount=pl.coalesce(amount, price * quantity),
    )


@dataclass(frozen=True)
class Netted:
    """`frame` without refunds; how many lines were withdrawn, refunded, and refunds that meet no line."""

    frame: pl.DataFrame
    withdrawn: int
    refunds: int
    unmatched: int


def net(lines: pl.DataFrame) -> Netted:
    """Lines less their refunds. Needs row, line_id, visit, code, time, quantity, price.

    A line with `valid` 0 is withdrawn. A negative quantity is taken from the line its `original_line_id`
    names, else from lines of the same visit, item and price, the latest first. What then has no quantity is
    gone; a refund that meets no line is counted, never taken from another item.
    """
    pl = polars()
    before = len(lines)
    if "valid" in lines.columns:
        lines = lines.filter(pl.col("valid").is_null() | (pl.col("valid") != 0))
    withdrawn = before - len(lines)
    refunds = lines.filter(pl.col("quantity") < 0)
    if not len(refunds):
        return Netted(lines, withdrawn, 0, 0)
    kept = lines.filter(pl.col("quantity") >= 0).with_columns(taken=pl.lit(0.0))
    left = refunds
    if "original_line_id" in lines.columns and "line_id" in lines.columns:
        by_id = (
            refunds.filter(pl.col("original_line_id").is_not_null())
            .group_by("original_line_id")
            .agg(owed=-pl.col("quantity").sum())
        )
        kept = kept.join(by_id, left_on="line_id", right_on="original_line_id", how="left").with_columns(
            taken=pl.min_horizontal(pl.col("owed").fill_null(0.0), "quantity")
        )
        met = kept.filter(pl.col("owed").is_not_null()).get_column("line_id").unique()
        left = refunds.filter(~pl.col("original_line_id").is_in(met.implode()).fill_null(False))
        kept = kept.drop("owed")
    keys = ["visit", "code", "price"]
    owed = left.group_by(keys).agg(owed=-pl.col("quantity").sum(), lines=pl.len())
    touched = kept.join(owed, on=keys, how="inner", nulls_equal=True).sort("time", "row", descending=True)
    free = pl.col("quantity") - pl.col("taken")
    run = free.cum_sum().over(keys) - free
    more = touched.select("row", more=(pl.col("owed") - run).clip(0.0, free))
    kept = (
        kept.join(more, on="row", how="left")
        .with_columns(taken=pl.col("taken") + pl.col("more").fill_null(0.0))
        .drop("more")
        .sort("row")
    )
    met_keys = touched.select(keys).unique()
    unmatched = len(left) - len(left.join(met_keys, on=keys, how="semi", nulls_equal=True))
    share = 1 - pl.col("taken") / pl.col("quantity")
    scaled = [name for name in ("amount", "in_scope") if name in kept.columns]
    changed = pl.col("taken") > 0
    kept = kept.with_columns(
        pl.when(changed).then(pl.col(name) * share).otherwise(pl.col(name)).alias(name) for name in scaled
    ).with_columns(
        pl.when(changed).then(pl.col("quantity") - pl.col("taken")).otherwise("quantity").alias("quantity")
    )
    gone = changed & (pl.col("quantity") <= 1e-9)
    return Netted(kept.filter(~gone).drop("taken"), withdrawn, len(refunds), unmatched)
