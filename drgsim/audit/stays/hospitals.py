"""Hospitals beside the others: shares against what their groups lead to, and how often one code lifts a
stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..reading import polars
from ..rule import Rule

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


COLUMNS = (
    "rule", "hospital_id", "n", "k", "rate", "expected", "expected_rate", "index", "low_95", "high_95",
    "low_998", "high_998", "p",
)  # fmt: skip


def shares(
    rule: Rule, stays: pl.DataFrame, holds: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_]
) -> pl.DataFrame:
    """A row a hospital: how many of its n stays the condition holds in, and how many would be expected.

    Expected is the rate of all other hospitals, by the column `rule.flag` (such as adrg_level) if named.
    Limits are quantiles of the binomial of n trials at the expected rate, as shares; `p` is the exact chance
    of k or more. Small hospitals have wide limits and are not ranked by noise. A hospital without others to
    stand beside has no expectation.
    """
    pl = polars()
    from scipy.stats import binom

    frame = (
        stays.select("hospital_id", stratum=pl.col(rule.flag) if rule.flag else pl.lit("all"))
        .with_columns(k=pl.Series(holds), known=pl.Series(known))
        .filter(pl.col("known") & pl.col("hospital_id").is_not_null() & pl.col("stratum").is_not_null())
    )
    cells = frame.group_by("hospital_id", "stratum").agg(n=pl.len(), k=pl.col("k").sum())
    all_n, all_k = pl.col("n").sum().over("stratum"), pl.col("k").sum().over("stratum")
    others = all_n - pl.col("n")
    rate = pl.when(others > 0).then((all_k - pl.col("k")) / others)
    cells = cells.with_columns(rate=rate).with_columns(
        due=pl.col("rate") * pl.col("n"), seen=pl.col("rate").is_not_null()
    )
    # strata only one hospital has say nothing of it beside others
    made = (
        cells.filter(pl.col("seen"))
        .group_by("hospital_id")
        .agg(n=pl.col("n").sum(), k=pl.col("k").sum(), expected=pl.col("due").sum())
        .sort("hospital_id")
    )
    n, k = made.get_column("n").to_numpy().astype(float), made.get_column("k").to_numpy().astype(float)
    expected = made.get_column("expected").to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(expected / n, 0, 1)
        index = np.where(expected > 0, k / expected, np.nan)
    limits = {
        name: binom.ppf(q, n, share) / np.maximum(n, 1)
        for name, q in (("low_95", 0.025), ("high_95", 0.975), ("low_998", 0.001), ("high_998", 0.999))
    }
    return (
        made.with_columns(
            rule=pl.lit(rule.id),
            rate=pl.Series(k / np.maximum(n, 1)),
            expected_rate=pl.Series(share),
            index=pl.Series(index),
            p=pl.Series(binom.sf(k - 1, n, share)),
            **{name: pl.Series(values) for name, values in limits.items()},
        ).select(COLUMNS)
        if len(made)
        else empty()
    )


def rising(
    rule: Rule, stays: pl.DataFrame, holds: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Hospitals whose share rose from the first to the second half of the data: exact, given the totals."""
    pl = polars()
    from scipy.stats import hypergeom

    frame = stays.select("hospital_id", "discharge_day").with_columns(
        k=pl.Series(holds), known=pl.Series(known)
    )
    frame = frame.filter(
        pl.col("known") & pl.col("hospital_id").is_not_null() & pl.col("discharge_day").is_not_null()
    )
    if not len(frame):
        return []
    middle = frame.get_column("discharge_day").median()
    late = pl.col("discharge_day") > middle
    cells = frame.group_by("hospital_id").agg(
        n1=(~late).sum(), k1=(pl.col("k") & ~late).sum(), n2=late.sum(), k2=(pl.col("k") & late).sum()
    )
    made = []
    for row in cells.sort("hospital_id").iter_rows(named=True):
        n1, k1, n2, k2 = row["n1"], row["k1"], row["n2"], row["k2"]
        if not n1 or not n2:
            continue
        p = float(hypergeom.sf(k2 - 1, n1 + n2, k1 + k2, n2))
        made.append({**row, "p": p, "rate": k2 / n2, "rate_before": k1 / n1, "n": n1 + n2, "k": k2})
    return made


def empty() -> pl.DataFrame:
    """No hospitals."""
    pl = polars()
    kinds = {"rule": pl.String, "hospital_id": pl.String, "n": pl.UInt32, "k": pl.UInt32}
    return pl.DataFrame(schema={name: kinds.get(name, pl.Float64) for name in COLUMNS})
