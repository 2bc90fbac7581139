"""A stay and the one of the same person before it: what split admission and readmission ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lists import code_lists
from ..reading import polars

if TYPE_CHECKING:
    import polars as pl


def with_stay_before(stays: pl.DataFrame) -> pl.DataFrame:
    """Stays with what ties each to the person's stay before it; null where there is none.

    Adds before (its `stay`), gap_days (admission less the discharge before), same_hospital, same_adrg,
    same_drg, same_mdc, same_category, same_department, same_treatment (a procedure category in common, or
    none in either), planned (either is for a planned course or step), referred (the stay before ended by
    transfer), overlapping, sex_changed, age_conflict, stays_in_year.
    """
    pl = polars()
    keys = (
        "stay", "hospital_id", "adrg", "group", "mdc", "category", "department", "procedures", "diagnoses",
        "discharge_day", "discharge", "sex", "age", "admission", "principal",
    )  # fmt: skip
    known = pl.col("patient_id").is_not_null() & pl.col("admission").is_not_null()
    # a number for each person: windows and sorting by it are much quicker than by text
    persons = stays.select("patient_id").unique().with_row_index("person")
    ordered = stays.filter(known).select(*keys, "patient_id").join(persons, on="patient_id")
    many = ordered.filter(pl.len().over("person") > 1).sort("person", "admission", "discharge_day", "stay")
    # the latest discharge of any earlier stay, not only the last one's: a long stay may span several
    many = many.with_columns(reached=pl.col("discharge_day").cum_max().over("person"))
    both = many.with_columns(
        *(pl.col(name).shift(1).alias(f"before_{name}") for name in (*keys, "person")),
        latest=pl.col("reached").shift(1),
    ).filter(pl.col("person") == pl.col("before_person"))
    lists = code_lists()
    planned = _begins("principal", lists["planned"]) | _begins("before_principal", lists["planned"])
    planned |= _any_code("diagnoses", lists["planned"][:3]) | _any_code(
        "procedures", lists["planned_procedures"]
    )
    treated, before = _categories("procedures"), _categories("before_procedures")
    same_treatment = (
        pl.when((treated.list.len() == 0) & (before.list.len() == 0))
        .then(True)
        .otherwise(treated.list.set_intersection(before).list.len() > 0)
    )
    years = (pl.col("admission") - pl.col("before_admission")).dt.total_days() / 365.25
    aged = pl.col("age") - pl.col("before_age")
    facts = both.select(
        "stay",
        before="before_stay",
        gap_days=(pl.col("admission") - pl.col("before_discharge_day")).dt.total_days().cast(pl.Float64),
        **{
            f"same_{name}": (pl.col(column) == pl.col(f"before_{column}")).cast(pl.Int8)
            for name, column in (
                ("hospital", "hospital_id"),
                ("adrg", "adrg"),
                ("drg", "group"),
                ("mdc", "mdc"),
                ("category", "category"),
                ("department", "department"),
            )
        },
        same_treatment=same_treatment.cast(pl.Int8),
        planned=planned.fill_null(False).cast(pl.Int8),
        referred=pl.col("before_discharge").is_in([2.0, 3.0]).cast(pl.Int8),
        overlapping=(pl.col("latest") > pl.col("admission")).cast(pl.Int8),
        sex_changed=(
            (pl.col("sex") != pl.col("before_sex"))
            & pl.col("sex").is_in([1.0, 2.0])
            & pl.col("before_sex").is_in([1.0, 2.0])
        ).cast(pl.Int8),
        age_conflict=((aged < -0.5) | (aged > years + 2) | (aged < years - 2)).cast(pl.Int8),
    )
    yearly = ordered.with_columns(
        stays_in_year=pl.len().over("person", pl.col("admission").dt.year()).cast(pl.Float64)
    ).select("stay", "stays_in_year")
    return stays.join(facts, on="stay", how="left", maintain_order="left").join(
        yearly, on="stay", how="left", maintain_order="left"
    )


def _begins(column: str, prefixes: tuple[str, ...]) -> pl.Expr:
    pl = polars()
    return pl.any_horizontal(pl.col(column).str.starts_with(prefix) for prefix in prefixes).fill_null(False)


def _any_code(column: str, prefixes: tuple[str, ...]) -> pl.Expr:
    """Whether any of the codes joined by `|` begins with one of these."""
    pattern = "(?:^|\\|)(?:" + "|".join(prefix.replace(".", "\\.") for prefix in prefixes) + ")"
    return polars().col(column).str.contains(pattern).fill_null(False)


def _categories(column: str) -> pl.Expr:
    """The first four characters (such as 51.2) of each procedure."""
    pl = polars()
    return (
        pl.when(pl.col(column).fill_null("") == "")
        .then(pl.lit([], dtype=pl.List(pl.String)))
        .otherwise(pl.col(column).str.split("|").list.eval(pl.element().str.slice(0, 4)))
    )
