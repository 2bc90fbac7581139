"""A table as it stands in a source, before it is understood: header candidates, and columns in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from .problems import Finding


@dataclass(slots=True)
class RawChunk:
    """Consecutive rows of the columns asked for.

    Attributes
    ----------
    columns : position in the header → Series. Text, missing as None, or whatever type a typed source has.
    rows : how many rows
    findings : what reading found, rows counted from the start of the chunk
    index : labels of the rows, when the source has its own
    numbers : position → rows (mask) whose cell held a number where the others are text (Excel only)
    arrow : the same columns as Arrow arrays, when the source has them so; `columns` then makes a Series of
        one when it is asked for
    """

    columns: Mapping[int, pd.Series]
    rows: int
    findings: list[Finding] = field(default_factory=list)
    index: pd.Index | None = None
    numbers: dict[int, npt.NDArray[np.bool_]] = field(default_factory=dict)
    arrow: Mapping[int, Any] = field(default_factory=dict)

    @classmethod
    def of_arrow(cls, arrays: Mapping[int, Any], rows: int) -> RawChunk:
        """A chunk of Arrow arrays (or chunked arrays), by position."""
        return cls(SeriesOnDemand(arrays), rows, arrow=arrays)


class SeriesOnDemand(Mapping[int, "pd.Series"]):
    """Arrow arrays seen as pandas Series; a column that nobody asks for is never converted."""

    def __init__(self, arrays: Mapping[int, Any]) -> None:
        self._arrays = arrays
        self._made: dict[int, pd.Series] = {}

    def __getitem__(self, place: int) -> pd.Series:
        if place not in self._made:
            self._made[place] = series_of(self._arrays[place])
        return self._made[place]

    def __iter__(self) -> Iterator[int]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


def series_of(array: Any) -> pd.Series:
    """An Arrow array as a Series without a name."""
    import pandas as pd
    import pyarrow as pa

    try:
        return array.to_pandas()
    except pa.ArrowNotImplementedError:  # lists of string views, as polars has them
        return pd.Series(array.to_pylist(), dtype=object)


class RawTable(Protocol):
    """One table of one source: a CSV file read by one separator, a sheet, a Parquet file, a DataFrame."""

    name: str
    notes: list[str]  # for the report: encoding, separator, sheet …

    def preview(self) -> Sequence[list[str]]:
        """The first rows as text; for typed sources the header alone."""

    def chunks(self, header_row: int, positions: Sequence[int], rows: int) -> Iterator[RawChunk]:
        """The rows below the header, at most `rows` at a time, of the cells at `positions`."""
