"""Dask: a DataFrame in, a DataFrame out, partition by partition on whatever scheduler dask was given."""

from __future__ import annotations

from typing import Any

from .._optional import require
from .transforms import Transform


def run(frame: Any, transform: Transform) -> Any:
    """A dask DataFrame through a transform. The index is not kept."""
    pa = require("pyarrow", extra="arrow", feature="working on dask frames")
    given = pa.Schema.from_pandas(frame._meta, preserve_index=False).remove_metadata()
    schema = transform.schema(given)

    def work(part: Any) -> Any:
        table = pa.Table.from_pandas(part, preserve_index=False).replace_schema_metadata()
        return pa.Table.from_batches(list(transform(table.to_batches())), schema).to_pandas()

    # rows that are paid together must come together
    parts = frame if transform.apart else frame.repartition(npartitions=1)
    return parts.map_partitions(work, meta=schema.empty_table().to_pandas())
