"""Tables as plain values that JSON can hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

_MISSING = ("<NA>", "NaT")


def plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table: missing as null, days as text.

    >>> import pandas as pd
    >>> plain(pd.DataFrame({"a": [1, 2], "b": [float("nan"), 0.5]}))
    [{'a': 1, 'b': None}, {'a': 2, 'b': 0.5}]
    """
    columns = {str(name): _cells(table.iloc[:, place]) for place, name in enumerate(table.columns)}
    if not columns:
        return [{} for _ in range(len(table))]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _cells(column: Any) -> list[Any]:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "bi":
        return list(column.tolist())
    return [plain_value(cell) for cell in column.tolist()]


def plain_value(cell: Any) -> Any:
    """One value as JSON holds it; NaN, NaT and <NA> are null."""
    if cell is None or isinstance(cell, str | bool | int):
        return cell
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if isinstance(cell, Mapping):
        return {str(name): plain_value(each) for name, each in cell.items()}
    if isinstance(cell, list | tuple):
        return [plain_value(each) for each in cell]
    item = getattr(cell, "item", None)
    if callable(item):
        return plain_value(item())
    text = str(cell)
    return None if text in _MISSING else text
