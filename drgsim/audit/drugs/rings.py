"""Rings: persons and institutions tied by purchases at several institutions within days of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..reading import polars

if TYPE_CHECKING:
    import polars as pl


def rings(frame: pl.DataFrame, *, days: float, persons: int, institutions: int) -> pl.DataFrame:
    """ring, persons, institutions, events, money, hospital_ids, patient_ids: connected parts of the graph.

    An edge ties a person to an institution where the person bought, if the person bought at another one at
    most `days` days before or after (0: on the same day). Parts smaller than `persons` and `institutions`
    are no rings. Sorted by events, most first.
    """
    pl = polars()
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    schema = {
        "ring": pl.Int64,
        "persons": pl.UInt32,
        "institutions": pl.UInt32,
        "events": pl.UInt32,
        "money": pl.Float64,
        "hospital_ids": pl.List(pl.String),
        "patient_ids": pl.List(pl.String),
    }
    known = frame.filter(pl.col("patient_id").is_not_null() & pl.col("hospital_id").is_not_null())
    known = known.sort("patient_id", "day", "time", "row")
    for step in (1, -1):
        other = pl.col("hospital_id").shift(step).over("patient_id") != pl.col("hospital_id")
        near = (pl.col("day") - pl.col("day").shift(step).over("patient_id")).dt.total_days().abs() <= days
        known = known.with_columns((other & near).fill_null(False).alias(f"chain{step}"))
    edges = known.filter(pl.col("chain1") | pl.col("chain-1"))
    if not len(edges):
        return pl.DataFrame(schema=schema)
    who = edges.get_column("patient_id").rank("dense").to_numpy().astype(np.int64) - 1
    where = edges.get_column("hospital_id").rank("dense").to_numpy().astype(np.int64) - 1
    people, places = int(who.max()) + 1, int(where.max()) + 1
    graph = coo_matrix(
        (np.ones(len(who), dtype=np.int8), (who, people + where)), shape=(people + places,) * 2
    )
    _, part = connected_components(graph, directed=False)
    made = (
        edges.with_columns(part=pl.Series(part[who]))
        .group_by("part")
        .agg(
            persons=pl.col("patient_id").n_unique(),
            institutions=pl.col("hospital_id").n_unique(),
            events=pl.len(),
            money=pl.col("money").sum(),
            hospital_ids=pl.col("hospital_id").unique().sort(),
            patient_ids=pl.col("patient_id").unique().sort(),
        )
        .filter((pl.col("persons") >= persons) & (pl.col("institutions") >= institutions))
        .sort(
            "events",
            "money",
            "persons",
            pl.col("patient_ids").list.first(),
            descending=[True, True, True, False],
        )
    )
    numbered = made.with_columns(ring=pl.int_range(1, pl.len() + 1))
    return numbered.select(pl.col(name).cast(kind) for name, kind in schema.items())
