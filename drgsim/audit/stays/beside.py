"""What lies beside a stay: the stay before it, other visits, charge lines, days without charges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..facts import code_lists
from ..reading import polars

if TYPE_CHECKING:
    import polars as pl

    from ..items.lines import Lines


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


_BEDS = "0011090000"
_INFUSIONS = "00120400"
_OPERATIONS = ("0033", "0032")  # operations; interventions
_OUTSIDE = ("outpatient", "emergency", "chronic", "pharmacy", "internet")


def with_charges(stays: pl.DataFrame, lines: Lines | None) -> pl.DataFrame:
    """Stays with charge_gap_days, bed_days_charged, infusions, procedure_uncharged; null without lines.

    charge_gap_days is the longest run of days from admission to the day before discharge without any line.
    """
    pl = polars()
    if lines is None or not len(lines):
        return stays.with_columns(
            pl.lit(None, dtype=pl.Float64).alias("charge_gap_days"),
            pl.lit(None, dtype=pl.Float64).alias("bed_days_charged"),
            pl.lit(None, dtype=pl.Float64).alias("infusions"),
            pl.lit(None, dtype=pl.Int8).alias("procedure_uncharged"),
        )
    known = lines.visits.select(pl.col("visit").cast(pl.UInt32), "visit_id").join(
        stays.select("stay", "admission", "discharge_day", visit_id="case_id").unique("visit_id"),
        on="visit_id",
    )
    days = lines.frame.select("visit", "day").unique().join(known, on="visit").sort("stay", "day")
    inside = days.filter((pl.col("day") >= pl.col("admission")) & (pl.col("day") < pl.col("discharge_day")))
    gaps = inside.group_by("stay", maintain_order=True).agg(
        between=(pl.col("day").diff().dt.total_days() - 1).max(),
        first=(pl.col("day").min() - pl.col("admission").first()).dt.total_days(),
        last=(pl.col("discharge_day").first() - pl.col("day").max()).dt.total_days() - 1,
    )
    # a stay none of whose lines falls inside it; one without any line at all is not in the table
    charged_at_all = days.select("stay").unique()
    outside = known.join(charged_at_all, on="stay", how="semi").join(gaps, on="stay", how="anti")
    empty = outside.select(
        "stay",
        charge_gap_days=(pl.col("discharge_day") - pl.col("admission")).dt.total_days().cast(pl.Float64),
    )
    gap = gaps.select(
        "stay",
        charge_gap_days=pl.max_horizontal(pl.col("between").fill_null(0), "first", "last").cast(pl.Float64),
    )
    codes = pl.Series(lines.codes, dtype=pl.String)
    beds = codes.str.starts_with(_BEDS)
    drips = codes.str.starts_with(_INFUSIONS)
    cut = codes.str.starts_with(_OPERATIONS[0]) | codes.str.starts_with(_OPERATIONS[1])
    category = (
        pl.col("category").is_in(["06", "6", "手术费"]).fill_null(False)
        if "category" in lines.frame.columns
        else pl.lit(False)
    )
    code = lines.frame.get_column("code")
    charged = (
        lines.frame.with_columns(
            bed=beds.gather(code), cut=cut.gather(code) | category, drip=drips.gather(code)
        )
        .group_by("visit")
        .agg(
            bed_days_charged=pl.col("quantity").filter(pl.col("bed")).sum().cast(pl.Float64),
            infusions=pl.col("quantity").filter(pl.col("drip")).sum().cast(pl.Float64),
            operated=pl.col("cut").any(),
        )
        .join(known.select("visit", "stay"), on="visit")
        .drop("visit")
    )
    joined = stays.join(pl.concat([gap, empty]), on="stay", how="left", maintain_order="left").join(
        charged, on="stay", how="left", maintain_order="left"
    )
    uncharged = (pl.col("group_class") == "operation") & ~pl.col("operated")
    return joined.with_columns(
        procedure_uncharged=pl.when(pl.col("operated").is_not_null()).then(uncharged.cast(pl.Int8))
    ).drop("operated")


def outside_events(visits: Any, prescriptions: Any, dispensings: Any) -> pl.DataFrame:
    """patient_id, hospital_id, day, amount, category, event: care that is no stay, from all tables."""
    pl = polars()
    schema = {
        "patient_id": pl.String,
        "hospital_id": pl.String,
        "day": pl.Date,
        "amount": pl.Float64,
        "category": pl.String,
        "event": pl.String,
    }
    parts = [pl.DataFrame(schema=schema)]
    if visits is not None:
        parts.append(
            visits.filter(pl.col("way").is_in(_OUTSIDE)).select(
                "patient_id",
                "hospital_id",
                day=pl.col("admission").dt.date(),
                amount="total_cost",
                category=pl.col("diagnoses").str.slice(0, 3),
                event="visit_id",
            )
        )
    for frame, event in ((prescriptions, "prescription_id"), (dispensings, "line_id")):
        if frame is not None:
            own = (
                frame
                if "returned" not in frame.columns
                else frame.filter(pl.col("returned").fill_null(0) != 1)
            )
            parts.append(
                own.select(
                    "patient_id",
                    "hospital_id",
                    day=pl.col("time").dt.date(),
                    amount="amount",
                    category=pl.lit(None, dtype=pl.String),
                    event=event,
                )
            )
    made = pl.concat(parts, how="vertical_relaxed")
    return made.filter(pl.col("patient_id").is_not_null() & pl.col("day").is_not_null())


def with_care_outside(stays: pl.DataFrame, events: pl.DataFrame, before_days: int) -> pl.DataFrame:
    """Stays with elsewhere (events strictly inside the stay at other institutions) and outside_amount.

    outside_amount is what was spent outside for the same disease (or a purchase of unknown disease) from
    `before_days` before admission to discharge. Both are null when there are no events to look at.
    """
    pl = polars()
    names = ("elsewhere", "elsewhere_amount", "outside_amount")
    if not len(events):
        return stays.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in names)
    both = stays.select("stay", "patient_id", "admission", "discharge_day", "hospital_id", "category").join(
        events, on="patient_id", how="inner", suffix="_event"
    )
    day = pl.col("day")
    inside = (day > pl.col("admission")) & (day < pl.col("discharge_day"))
    away = inside & (pl.col("hospital_id") != pl.col("hospital_id_event"))
    near = (day >= pl.col("admission") - pl.duration(days=before_days)) & (day <= pl.col("discharge_day"))
    same = pl.col("category_event").is_null() | (pl.col("category_event") == pl.col("category"))
    found = both.group_by("stay").agg(
        elsewhere=away.sum().cast(pl.Float64),
        elsewhere_amount=pl.col("amount").filter(away).sum(),
        outside_amount=pl.col("amount").filter(near & same).sum(),
    )
    return stays.join(found, on="stay", how="left", maintain_order="left").with_columns(
        pl.col(name).fill_null(0.0) for name in names
    )


def with_companions(stays: pl.DataFrame) -> pl.DataFrame:
    """Stays with admitted_together: how many persons shared two or more stays of one hospital and days."""
    pl = polars()
    keys = ["hospital_id", "admission", "discharge_day"]
    known = stays.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in ("patient_id", *keys)))
    several = known.filter(pl.len().over("patient_id", "hospital_id") > 1).select("stay", "patient_id", *keys)
    several = several.filter(pl.len().over(keys) > 1)
    both = several.join(several, on=keys, how="inner", suffix="_other").filter(
        pl.col("patient_id") != pl.col("patient_id_other")
    )
    pairs = both.filter(pl.len().over("hospital_id", "patient_id", "patient_id_other") > 1)
    count = pairs.group_by("stay").agg(
        admitted_together=pl.col("patient_id_other").n_unique().cast(pl.Float64)
    )
    joined = stays.join(count, on="stay", how="left", maintain_order="left")
    known_person = pl.col("patient_id").is_not_null()
    return joined.with_columns(
        admitted_together=pl.when(known_person).then(pl.col("admitted_together").fill_null(0.0))
    )
