"""Polars: a LazyFrame in, a LazyFrame out, run by its streaming engine batch by batch."""

from __future__ import annotations

from typing import Any

from .._optional import require
from .transforms import Transform


def run(frame: Any, transform: Transform) -> Any:
    """A LazyFrame (or DataFrame) through a transform; nothing runs until it is collected or sunk.

    >>> import polars, drgsim
    >>> from drgsim.engines import Group
    >>> case = {"sex": 2, "age": 60, "diagnoses": "K80.101", "procedures": "51.2300"}
    >>> cases = polars.LazyFrame([case])
    >>> run(cases, Group(drgsim.DrgGrouper("chs-drg-2.0"))).collect(engine="streaming")["drg"].to_list()
    ['HC25']
    """
    polars = require("polars", extra="arrow", feature="working on polars frames")
    pa = require("pyarrow", extra="arrow", feature="working on polars frames")
    lazy = frame.lazy()
    given = lazy.collect_schema().to_frame(eager=True).to_arrow().schema
    schema = polars.from_arrow(transform.schema(given).empty_table()).schema

    def work(batch: Any) -> Any:
        made = list(transform(batch.to_arrow().to_batches()))
        return polars.from_arrow(pa.Table.from_batches(made, transform.schema(given))).cast(dict(schema))

    # rows that are paid together must come together
    return lazy.map_batches(work, schema=schema, streamable=transform.apart)
