"""Sources whose columns have types: Parquet files, DataFrames, and Arrow streams (polars, DuckDB …)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._damaged import whole
from .._optional import require
from .case_errors import NotACaseTableError, UnreadableFileError
from .raw_table import RawChunk
from .texts import is_missing, plain_text

if TYPE_CHECKING:
    import pandas as pd


class ParquetTable:
    """A Parquet file, read a batch at a time."""

    def __init__(self, path: Path) -> None:
        parquet = _parquet()
        self.name = path.name
        self.notes: list[str] = []
        with _readable(path.name):
            # what is read ahead is kept to the end, so that memory would grow with the file
            self._file = parquet.ParquetFile(path, pre_buffer=False)
            self._names = list(self._file.schema_arrow.names)

    def preview(self) -> Sequence[list[str]]:
        return [self._names]

    def sample(self, rows: int) -> Sequence[list[str]]:
        with _readable(self.name):
            batch = next(self._file.iter_batches(batch_size=rows), None)
            return [] if batch is None else _texts([column.to_pylist() for column in batch.columns])
        raise AssertionError  # `whole` lets nothing through

    def chunks(self, header_row: int, positions: Sequence[int], rows: int) -> Iterator[RawChunk]:
        names = [self._names[place] for place in positions]
        doubled = len(set(self._names)) < len(self._names)  # names then say nothing: all columns, by place
        with _readable(self.name):
            batches = self._file.iter_batches(batch_size=rows, columns=None if doubled else names)
        while True:
            with _readable(self.name):  # not around the yield: what a caller raises is no damage
                batch = next(batches, None)
            if batch is None:
                return
            columns = [batch.column(place) for place in positions] if doubled else batch.columns
            yield RawChunk.of_arrow(dict(zip(positions, columns, strict=True)), batch.num_rows)


class ArrowTable:
    """Anything that offers `__arrow_c_stream__`; it is read once."""

    def __init__(self, source: Any) -> None:
        arrow = require("pyarrow", extra="arrow", feature="reading Arrow streams")
        self.name = type(source).__name__
        self.notes: list[str] = []
        try:
            self._reader = arrow.RecordBatchReader.from_stream(source)
        except (TypeError, ValueError) as error:
            raise NotACaseTableError("the Arrow stream does not hold a table", got=self.name) from error
        self._names = list(self._reader.schema.names)
        self._first: list[Any] | None = None  # the batch that was looked at before its turn

    def preview(self) -> Sequence[list[str]]:
        return [self._names]

    def sample(self, rows: int) -> Sequence[list[str]]:
        if self._first is None:
            first = next(iter(self._reader), None)
            self._first = [] if first is None else [first]
        columns = [column for batch in self._first for column in batch.slice(0, rows).columns]
        return _texts([column.to_pylist() for column in columns])

    def chunks(self, header_row: int, positions: Sequence[int], rows: int) -> Iterator[RawChunk]:
        for batch in itertools.chain(self._first or [], self._reader):
            for start in range(0, batch.num_rows, rows):
                part = batch.slice(start, rows)
                yield RawChunk.of_arrow({place: part.column(place) for place in positions}, part.num_rows)


class FrameTable:
    """A pandas DataFrame; its index labels the cases."""

    as_sheet = False  # it has a header, and cells as a sheet has them

    def __init__(self, frame: pd.DataFrame) -> None:
        self.name = "DataFrame"
        self.notes: list[str] = []
        self._frame = frame

    def preview(self) -> Sequence[list[str]]:
        return [[str(name) for name in self._frame.columns]]

    def sample(self, rows: int) -> Sequence[list[str]]:
        part = self._frame.iloc[:rows]
        return _texts([part.iloc[:, place].tolist() for place in range(part.shape[1])])

    def chunks(self, header_row: int, positions: Sequence[int], rows: int) -> Iterator[RawChunk]:
        for start in range(0, len(self._frame), rows):
            part = self._frame.iloc[start : start + rows]
            columns = {place: part.iloc[:, place].reset_index(drop=True) for place in positions}
            yield RawChunk(columns, len(part), index=part.index)


def _texts(columns: Sequence[Sequence[Any]]) -> list[list[str]]:
    """The cells of columns as rows of text."""
    texts = [[("" if is_missing(cell) else plain_text(cell)) for cell in cells] for cells in columns]
    return [list(row) for row in zip(*texts, strict=True)]


def _parquet() -> Any:
    return require("pyarrow.parquet", extra="arrow", feature="reading Parquet files")


def _readable(name: str) -> AbstractContextManager[None]:
    return whole(
        name,
        UnreadableFileError,
        message="the Parquet file is damaged or cut short",
        do="copy or write it again",
    )
