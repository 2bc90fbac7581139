"""One row a visit, from the table of visits, from the stays, or from both: who, where, when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .reading import complete, polars

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
