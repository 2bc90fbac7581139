"""A table as it stands in a source, before it is understood: header candidates, and columns in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from .problems import WHOLE_TABLE, Finding

if TYPE_CHECKING:
    import pandas as pd


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
    at : the number of each row in the sheet or file, from 1, as a spreadsheet numbers them
    marks : (rule, position, row, text) of cells that hold no value for a reason
    arrow : the same columns as Arrow arrays, when the source has them so; `columns` then makes a Series of
        one when it is asked for
    """

    columns: Mapping[int, pd.Series]
    rows: int
    findings: list[Finding] = field(default_factory=list)
    index: pd.Index | None = None
    numbers: dict[int, npt.NDArray[np.bool_]] = field(default_factory=dict)
    arrow: Mapping[int, Any] = field(default_factory=dict)
    at: npt.NDArray[np.int64] | None = None
    marks: list[tuple[str, int, int, str]] = field(default_factory=list)

    def keep(self, mask: npt.NDArray[np.bool_]) -> RawChunk:
        """Only the rows where `mask` is true, with what was found in them."""
        import pyarrow as pa

        place_of = np.cumsum(mask) - 1
        findings = []
        for each in self.findings:
            if each.rows is not WHOLE_TABLE and len(each.rows) and each.rows[0] >= 0:
                stays = mask[each.rows]
                got = each.got
                if not isinstance(got, str):
                    got = [text for text, kept in zip(got, stays, strict=True) if kept]
                each = replace(each, rows=place_of[each.rows[stays]], got=got)
            findings.append(each)
        at = None if self.at is None else self.at[mask]
        left = int(mask.sum())
        if self.arrow:
            rows = pa.array(mask)
            arrow = {place: _filtered(array, rows) for place, array in self.arrow.items()}
            return replace(RawChunk.of_arrow(arrow, left), findings=findings, at=at)
        return RawChunk(
            {place: column[mask].reset_index(drop=True) for place, column in self.columns.items()},
            left,
            findings,
            None if self.index is None else self.index[mask],
            {place: found[mask] for place, found in self.numbers.items()},
            at=at,
        )

    def with_cells(
        self, changed: Mapping[int, tuple[npt.NDArray[np.int64], list[str | None]]], findings: list[Finding]
    ) -> RawChunk:
        """The same with other texts in some rows of some columns, and more findings."""

        found = [*self.findings, *findings]
        if not self.arrow:
            columns = dict(self.columns)
            for place, (rows, texts) in changed.items():
                cells = columns[place].astype(object).copy()
                cells.iloc[rows] = np.array([*texts, None], dtype=object)[:-1]
                columns[place] = cells
            return replace(self, columns=columns, findings=found)
        import pyarrow as pa
        import pyarrow.compute as pc

        arrow = dict(self.arrow)
        for place, (rows, texts) in changed.items():
            mask = np.zeros(self.rows, dtype=bool)
            mask[rows] = True
            array = arrow[place]
            array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
            if pa.types.is_nested(array.type):
                nested = np.array([*array.to_pylist(), None], dtype=object)[:-1]
                nested[rows] = np.array([*texts, None], dtype=object)[:-1]
                arrow[place] = pa.array(nested.tolist(), array.type)
                continue
            arrow[place] = pc.replace_with_mask(array, pa.array(mask), pa.array(texts, array.type))
        return replace(RawChunk.of_arrow(arrow, self.rows), findings=found, at=self.at)

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


def _filtered(array: Any, mask: Any) -> Any:
    import pyarrow as pa

    try:
        return array.filter(mask)
    except pa.ArrowNotImplementedError:  # string views, as polars has them
        cells = zip(array.to_pylist(), mask.to_pylist(), strict=True)
        return pa.array([cell for cell, stays in cells if stays], array.type)


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
