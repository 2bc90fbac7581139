"""One row a stay with its group, what it is paid, and how it stands beside its group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._optional import installed
from ..reading import polars

if TYPE_CHECKING:
    import polars as pl

_TEXTS = (
    "case_id", "patient_id", "hospital_id", "department", "insurance", "diagnoses", "procedures", "drg",
    "adrg", "mdc", "severity", "dip_code", "admission_route", "insured_region", "care_region", "doctor",
)  # fmt: skip
_NUMBERS = (
    "sex", "age", "los", "discharge", "hospital_level", "total_cost", "drug_cost", "examination_cost",
    "procedure_cost", "surgery_cost", "out_of_scope", "fund_total", "patient_paid", "ventilation_hours",
    "icu_hours",
)  # fmt: skip
# second letter of an ADRG: A–J operations, K–Q procedures outside the theatre, R–Z medical
_CLASSES = {
    **dict.fromkeys("ABCDEFGHJ", "operation"),
    **dict.fromkeys("KLMNPQ", "procedure"),
    **dict.fromkeys("RSTUVWXYZ", "medical"),
}
_EMERGENCY = ("emergency", "急诊", "急诊入院", "1", "1.0")


def stay_frame(cases: Any, paid: Any = None) -> pl.DataFrame:
    """Stays in the order of `cases` (a pandas case table with its groups, if there are any).

    `paid`: the frame of `drgsim.pay` for them. What the table does not have is null. Adds `stay` (row
    number), admission, discharge_day (dates), category (of the principal diagnosis), group (drg or dip_code).
    """
    pl = polars()
    made: dict[str, Any] = {}
    for name in _TEXTS:
        made[name] = _texts(cases, name)
    for name in _NUMBERS:
        made[name] = _numbers(cases, name)
    for name in ("admission_date", "discharge_date"):
        made[name] = (
            pl.Series(name, cases[name].to_numpy().astype("datetime64[us]"))
            if name in cases
            else pl.Series(name, [None] * len(cases), dtype=pl.Datetime("us"))
        )
    for name in ("payment", "weight", "fund", "ratio", "standard"):
        made[name] = _numbers(paid, name) if paid is not None else _numbers(cases.iloc[:, :0], name)
    frame = pl.DataFrame(made).with_row_index("stay")
    principal = pl.col("diagnoses").str.split("|").list.first()
    cost, tests = pl.col("total_cost"), pl.col("examination_cost")
    group = pl.coalesce("drg", "dip_code") if "dip_code" in frame.columns else pl.col("drg")
    days = (pl.col("discharge_date").dt.date() - pl.col("admission_date").dt.date()).dt.total_days()
    own = pl.coalesce(pl.col("los"), days.clip(1).cast(pl.Float64))
    return frame.with_columns(
        group=group,
        los=own,
        admission=pl.col("admission_date").dt.date(),
        discharge_day=pl.col("discharge_date").dt.date(),
        principal=principal,
        category=principal.str.slice(0, 3),
        secondary_count=(pl.col("diagnoses").str.count_matches("|", literal=True)).cast(pl.Float64),
        has_procedure=(pl.col("procedures").fill_null("").str.len_chars() > 0).cast(pl.Int8),
        group_class=pl.when(pl.col("adrg").str.len_chars() >= 2)
        .then(pl.col("adrg").str.slice(1, 1).replace_strict(_CLASSES, default="other"))
        .otherwise(None),
        examination_share=pl.when(cost > 0).then(tests / cost),
        self_pay_share=pl.when(cost > 0).then(pl.col("out_of_scope") / cost),
        died=pl.when(pl.col("discharge").is_not_null()).then((pl.col("discharge") == 5).cast(pl.Int8)),
        emergency=pl.when(pl.col("admission_route").is_not_null()).then(
            pl.col("admission_route").is_in(_EMERGENCY).cast(pl.Int8)
        ),
        way=pl.lit("inpatient"),
    ).pipe(_beside_group)


def _beside_group(frame: pl.DataFrame) -> pl.DataFrame:
    """Costs, days, deaths and self-pay of a stay beside the other stays of its group in the data."""
    pl = polars()
    grouped = pl.col("group").is_not_null() & ~pl.col("group").is_in(["0000", ""])
    by = (
        frame.filter(grouped)
        .group_by("group")
        .agg(
            group_cases=pl.len().cast(pl.Float64),
            group_mean=pl.col("total_cost").mean(),
            los_p5=pl.col("los").quantile(0.05, "linear"),
            p25=pl.col("los").quantile(0.25, "linear"),
            p75=pl.col("los").quantile(0.75, "linear"),
            group_self_pay=pl.col("self_pay_share").mean(),
            deaths=pl.col("died").sum(),
            death_rate=pl.col("died").mean(),
        )
        .with_columns(los_fence=pl.col("p75") + 1.5 * (pl.col("p75") - pl.col("p25")))
    )
    logs = np.log(by.filter(pl.col("death_rate") > 0).get_column("death_rate").to_numpy())
    mean, spread = (float(logs.mean()), float(logs.std()) or 1.0) if len(logs) else (0.0, 1.0)
    z = (pl.col("death_rate").log() - mean) / spread
    risk = (
        pl.when(pl.col("death_rate").is_null())
        .then(None)
        .when(pl.col("death_rate") == 0)
        .then(0.0)
        .when(z < -1)
        .then(1.0)
        .when(z < 0)
        .then(2.0)
        .when(z <= 1)
        .then(3.0)
        .otherwise(4.0)
    )
    by = by.with_columns(death_risk=risk).drop("p25", "p75", "deaths", "death_rate")
    joined = frame.join(by, on="group", how="left", maintain_order="left")
    return joined.with_columns(
        cost_ratio=pl.when(pl.col("group_mean") > 0).then(pl.col("total_cost") / pl.col("group_mean")),
        self_pay_excess=pl.col("self_pay_share") - pl.col("group_self_pay"),
    ).drop("group_self_pay")


def _texts(cases: Any, name: str) -> Any:
    pl = polars()
    if name not in cases:
        return pl.Series(name, [None] * len(cases), dtype=pl.String)
    column = cases[name]
    if str(column.dtype) == "category":
        words = [None if each is None else str(each) for each in column.cat.categories.tolist()]
        places = column.cat.codes.to_numpy().astype(np.int64)
        series = pl.Series(words, dtype=pl.String).gather(pl.Series(np.maximum(places, 0)))
        return pl.select(pl.when(pl.Series(places >= 0)).then(series).otherwise(None)).to_series().alias(name)
    if str(column.dtype) in ("str", "string") and installed("pyarrow"):
        return pl.Series(name, column.reset_index(drop=True)).cast(pl.String)
    missing = column.isna().to_numpy()
    values = column.to_numpy(dtype=object)
    if missing.any():
        values = np.where(missing, None, values)
    texts = [None if v is None else v if isinstance(v, str) else str(v) for v in values.tolist()]
    return pl.Series(name, texts, dtype=pl.String)


def _numbers(cases: Any, name: str) -> Any:
    pl = polars()
    if name not in cases:
        return pl.Series(name, [None] * len(cases), dtype=pl.Float64)
    return pl.Series(name, cases[name].to_numpy(dtype=float, na_value=float("nan"))).fill_nan(None)
