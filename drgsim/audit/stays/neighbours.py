"""Beside the other hospitals: how often one code alone lifts a stay here, and how often this very code does.

Both are exact binomial tails against the rate of all other hospitals in the same MDC, so that what a
hospital treats is not held against it, and small hospitals are not named by noise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..reading import polars

if TYPE_CHECKING:
    import polars as pl

LIFTED = ("hospital_lift_p", "hospital_code_p")


def with_neighbours(stays: pl.DataFrame) -> pl.DataFrame:
    """Stays with hospitals_beside (how many others there are), hospital_lift_p and hospital_code_p.

    `stays` has hospital_id, mdc and lifting_code (null where no single code lifts). The tails are null where
    no other hospital has a stay of the MDC, or no code lifts the stay.
    """
    pl = polars()
    names = stays.get_column("hospital_id").drop_nulls().n_unique()
    stays = stays.with_columns(hospitals_beside=pl.lit(float(max(names - 1, 0))))
    lifted = stays.filter(
        pl.all_horizontal(pl.col(name).is_not_null() for name in ("hospital_id", "mdc", "lifting_code"))
    ).select("hospital_id", "mdc", "lifting_code")
    sizes = (
        stays.filter(pl.col("hospital_id").is_not_null() & pl.col("mdc").is_not_null())
        .group_by("hospital_id", "mdc")
        .agg(n=pl.len().cast(pl.Float64))
        .with_columns(others=pl.col("n").sum().over("mdc") - pl.col("n"))
        .filter(pl.col("others") > 0)
    )
    whole = _tails(sizes, lifted, []).rename({"p": "hospital_lift_p"})
    coded = _tails(sizes, lifted, ["lifting_code"]).rename({"p": "hospital_code_p"})
    joined = stays.join(whole, on="hospital_id", how="left", maintain_order="left")
    return joined.join(coded, on=["hospital_id", "lifting_code"], how="left", maintain_order="left")


def _tails(sizes: pl.DataFrame, lifted: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """hospital_id, `by`, p: the chance of as many lifted stays as the hospital has, or more."""
    pl = polars()
    from scipy.stats import binom

    counts = lifted.group_by("hospital_id", "mdc", *by).agg(k=pl.len().cast(pl.Float64))
    counts = counts.with_columns(all_k=pl.col("k").sum().over("mdc", *by))
    # expected in every MDC the hospital has, also where none of its own stays is lifted
    whole = counts.select("mdc", *by, "all_k").unique()
    cells = (
        counts.select("hospital_id", *by)
        .unique()
        .join(sizes, on="hospital_id")
        .join(whole, on=["mdc", *by])
        .join(counts.drop("all_k"), on=["hospital_id", "mdc", *by], how="left")
        .with_columns(k=pl.col("k").fill_null(0.0))
        .with_columns(due=pl.col("n") * (pl.col("all_k") - pl.col("k")) / pl.col("others"))
    )
    made = cells.group_by("hospital_id", *by).agg(pl.col("n", "k", "due").sum())
    n, k, due = (made.get_column(name).to_numpy() for name in ("n", "k", "due"))
    tails = binom.sf(k - 1, n, (due / n).clip(0.0, 1.0)) if len(made) else []
    return made.select("hospital_id", *by, p=pl.Series(tails, dtype=pl.Float64))
