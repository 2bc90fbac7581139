"""Columns of blocks as a case table, in the types the case table has."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from ..cases.columns import case_columns, text_dtype

if TYPE_CHECKING:
    import pandas as pd

TRUTH = ("true_drg", "true_severity", "dirt")  # beside the case table's own columns
_MISSING = -1


def as_table(parts: Sequence[dict[str, Any]], *, index_from: int, truth: bool) -> pd.DataFrame:
    """The parts one after the other; -1 becomes missing. The index counts cases from `index_from`."""
    import pandas as pd

    known, texts = case_columns(), cast(Any, text_dtype())
    names = [name for name in known if name in parts[0]] + (list(TRUTH) if truth else [])
    columns: dict[str, Any] = {}
    for name in names:
        kind = known[name].kind if name in known else "whole" if name == "true_severity" else "text"
        if kind in ("text", "codes"):
            columns[name] = pd.array(list(chain.from_iterable(part[name] for part in parts)), dtype=texts)
        else:
            columns[name] = _numbers(kind, np.concatenate([part[name] for part in parts]))
    table = pd.DataFrame(columns, copy=False)
    table.index = pd.RangeIndex(index_from, index_from + len(table))
    return table


def _numbers(kind: str, values: npt.NDArray[Any]) -> Any:
    """Numbers, dates and flags in the type of their kind."""
    from pandas.arrays import BooleanArray, IntegerArray

    if kind == "whole":
        return IntegerArray(values.astype(np.int32), values == _MISSING)
    if kind == "flag":
        return BooleanArray(values, np.zeros(len(values), dtype=bool))
    return values.astype("datetime64[s]") if kind == "date" else values
