"""Rows of a table by the names of its columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def rows_of(table: pd.DataFrame) -> Iterator[Any]:
    """Each row with its columns as attributes, and its label as `Index`; what a cell is the table decides."""
    yield from table.itertuples()
