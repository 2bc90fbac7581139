"""Ray: a Dataset in, a Dataset out; Ray decides where its blocks are worked on."""

from __future__ import annotations

from typing import Any

from .._optional import require
from .transforms import Transform


def run(dataset: Any, transform: Transform) -> Any:
    """A Ray Dataset through a transform."""
    pa = require("pyarrow", extra="arrow", feature="working on Ray datasets")

    def work(table: Any) -> Any:
        return pa.Table.from_batches(list(transform(table.to_batches())), transform.schema(table.schema))

    # rows that are paid together must come together; elsewhere a block is a stream, not a thousand rows of it
    blocks = dataset if transform.apart else dataset.repartition(1)
    return blocks.map_batches(work, batch_size=None, batch_format="pyarrow", zero_copy_batch=True)
