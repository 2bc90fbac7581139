"""Days of supply of prescriptions: by defined daily dose, over windows, in hand, across institutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..reading import complete, polars

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
