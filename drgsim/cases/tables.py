"""A table as it stands in a source, before it is understood: header candidates, and columns in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

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
    """

    columns: dict[int, pd.Series]
    rows: int
    findings: list[Finding] = field(default_factory=list)
    index: pd.Index | None = None
    numbers: dict[int, npt.NDArray[np.bool_]] = field(default_factory=dict)


class RawTable(Protocol):
    """One table of one source: a CSV file read by one separator, a sheet, a Parquet file, a DataFrame."""

    name: str
    notes: list[str]  # for the report: encoding, separator, sheet …

    def preview(self) -> Sequence[list[str]]:
        """The first rows as text; for typed sources the header alone."""

    def chunks(self, header_row: int, positions: Sequence[int], rows: int) -> Iterator[RawChunk]:
        """The rows below the header, at most `rows` at a time, of the cells at `positions`."""
