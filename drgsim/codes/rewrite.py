"""Change some codes in some rows of a column, and tell what was changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .columns import LIST

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = 5


def as_series(column: Any) -> pd.Series[Any]:
    """A column as a Series whose values can be any text; the index is kept."""
    import pandas as pd

    if hasattr(column, "to_pandas"):  # pyarrow, polars
        column = column.to_pandas()
    series = column if isinstance(column, pd.Series) else pd.Series(column)
    if pd.api.types.is_numeric_dtype(series.dtype):
        return series.astype(object).map(str, na_action="ignore")
    if isinstance(series.dtype, pd.ArrowDtype | pd.CategoricalDtype):
        return series.astype(object)
    return series


def rewrite_rows(
    series: pd.Series[Any],
    rows: npt.NDArray[np.int64],
    change: Callable[[str], str],
    pairing: Callable[[list[str]], list[str]] | None = None,
) -> pd.Series[Any]:
    """A copy of `series` in which `change` was applied to every code of the rows at these positions, and then
    `pairing` to the codes of each row. A change may make one code several, joined by `|`."""
    copy = series.copy()
    if rows.size:
        values = [_changed(value, change, pairing) for value in series.iloc[rows].tolist()]
        copy.iloc[rows] = np.fromiter(values, dtype=object, count=len(values))
    return copy


def _changed(
    value: Any, change: Callable[[str], str], pairing: Callable[[list[str]], list[str]] | None
) -> Any:
    if not isinstance(value, LIST):
        codes = "|".join(map(change, str(value).split("|")))
        return codes if pairing is None else "|".join(pairing(codes.split("|")))
    pieces: list[Any] = []
    for piece in value:
        pieces += change(piece).split("|") if isinstance(piece, str) else [piece]
    plain = all(isinstance(piece, str) for piece in pieces)
    return pairing(pieces) if pairing is not None and plain else pieces


def outcome_table(
    name: str, labels: Mapping[str, tuple[str, str]], found: Mapping[str, Counter[str]]
) -> pd.DataFrame:
    """One row for each outcome that occurred: its id (in column `name`), labels, count and examples.

    Examples are the most frequent, then the first by their text, whatever the order of the rows; what is
    counted under "" shows none.
    """
    import pandas as pd

    rows = []
    for outcome, (zh, en) in labels.items():
        counts = found.get(outcome, Counter())
        if counts:
            ranked = sorted(filter(None, counts), key=lambda text: (-counts[text], text))
            rows.append((outcome, zh, en, counts.total(), "; ".join(ranked[:EXAMPLES])))
    return pd.DataFrame(rows, columns=[name, "zh", "en", "count", "examples"]).astype({"count": np.int64})
