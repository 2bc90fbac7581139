"""DuckDB: a relation in, an Arrow reader out, which DuckDB can read again; DuckDB spills what it must."""

from __future__ import annotations

from typing import Any

from .._optional import require
from .transforms import ROWS, Statistics, Transform


def run(relation: Any, transform: Transform) -> Any:
    """A relation through a transform, as a pyarrow RecordBatchReader that works while it is read.

    While it is read the relation's connection has an open result: query it through another cursor.

    >>> import duckdb, drgsim
    >>> from drgsim.engines import Group
    >>> connection = duckdb.connect()
    >>> cases = connection.sql("select 2 sex, 60 age, 'K80.101' diagnoses, '51.2300' procedures")
    >>> grouped = run(cases, Group(drgsim.DrgGrouper("chs-drg-2.0")))
    >>> connection.cursor().sql("select drg, count(*) from grouped group by drg").fetchall()
    [('HC25', 1)]
    """
    pa = require("pyarrow", extra="duckdb", feature="working on DuckDB relations")
    reader = _reader(relation)
    return pa.RecordBatchReader.from_batches(transform.schema(reader.schema), transform(reader))


def statistics(relation: Any, transform: Statistics) -> Any:
    """The sufficient statistics of all stays of a relation, a DataFrame to settle from."""
    from ..settlement.statistics import merge_statistics

    return merge_statistics([batch.to_pandas() for batch in run(relation, transform)])


def _reader(relation: Any) -> Any:
    for name in ("to_arrow_reader", "fetch_arrow_reader", "fetch_record_batch"):
        if hasattr(relation, name):
            return getattr(relation, name)(ROWS)
    raise TypeError(f"not a DuckDB relation: {type(relation).__name__}")
