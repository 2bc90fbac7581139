"""Delimited text: encoding and separator found out, rows read fast by pyarrow or patiently by the csv module.

Both ways give the same rows. pyarrow stops at the first row whose number of cells differs from the
header's; the csv module then takes over from that chunk, because such a row must stay in the table and be
reported.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._optional import installed
from .case_errors import UnreadableFileError
from .problems import Finding
from .raw_table import RawChunk
from .recognise import HEADER_WITHIN
from .text_file import TextFile
from .texts import MARK, one_array, read_back, read_back_array

if TYPE_CHECKING:
    import pandas as pd

_SEPARATORS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
_BLOCK = 1 << 20  # bytes pyarrow parses at a time; it reads some dozens of blocks ahead
_LONGEST_CELL = csv.field_size_limit()


def csv_tables(path: Path) -> list[CsvTable]:
    """One reading of the file for every separator that its first lines hold. Raises UnreadableFileError."""
    file = TextFile.examine(path)
    with file.open() as stream:
        head = "".join(itertools.islice(stream, HEADER_WITHIN))
    present = [separator for separator in _SEPARATORS if separator in head]
    if "," not in present:  # one column alone, whose cells may hold the other signs
        present.insert(0, ",")
    return [CsvTable(file, separator) for separator in present]


class CsvTable:
    """A text file read by one separator."""

    as_sheet = True

    def __init__(self, file: TextFile, separator: str) -> None:
        self.file = file
        self.name = file.path.name
        self.notes = [f"encoding {file.encoding}", f"separator {_SEPARATORS[separator]}"]
        self._separator = separator
        self._rows, self._lines = self._head()

    def preview(self) -> Sequence[list[str]]:
        return self._rows

    def chunks(self, header_row: int, positions: Sequence[int], rows: int) -> Iterator[RawChunk]:
        done = 0
        if installed("pyarrow") and not self.file.gaps:
            import pyarrow as pa

            try:
                for chunk in self._by_arrow(header_row, positions, rows):
                    yield chunk
                    done += chunk.rows
                return
            except (pa.ArrowInvalid, UnicodeEncodeError):
                pass  # a row of another length, none at all, an odd name: the patient way says what there is
        yield from self._by_csv(header_row, positions, rows, skip=done)

    def _head(self) -> tuple[list[list[str]], list[int]]:
        """The first rows, and after how many lines each ends."""
        cells, lines = [], []
        with self.file.open() as stream:
            reader = csv.reader(stream, delimiter=self._separator)
            try:
                for row in itertools.islice(reader, HEADER_WITHIN):
                    cells.append([read_back(cell) for cell in row])
                    lines.append(reader.line_num)
            except csv.Error:
                pass  # an overlong cell below the header: reported when the rows are read
        return cells, lines

    def _by_arrow(self, header_row: int, positions: Sequence[int], rows: int) -> Iterator[RawChunk]:
        import pyarrow as pa
        import pyarrow.csv

        width = len(self._rows[max(header_row, 0)])
        names = [str(place) for place in range(width)]
        # the last column is read too: it shows whether a quotation mark was left open at the end
        used = sorted({*positions, width - 1})
        skipped = self._lines[header_row] if header_row >= 0 else 0
        quotes = self.file.has_quotes_below(skipped)
        with pa.input_stream(str(self.file.path), compression=self.file.compression) as stream:
            reader = pa.csv.open_csv(
                stream,
                read_options=pa.csv.ReadOptions(
                    column_names=names,
                    skip_rows=skipped,
                    block_size=_BLOCK,
                    encoding=self.file.encoding,
                ),
                parse_options=pa.csv.ParseOptions(
                    delimiter=self._separator,
                    quote_char='"' if quotes else False,
                    newlines_in_values=quotes,  # which costs another look for the ends of lines
                ),
                convert_options=pa.csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    include_columns=[names[place] for place in used],
                    strings_can_be_null=False,
                    quoted_strings_can_be_null=False,
                ),
            )
            last: Any = None
            number = header_row + 2
            for table in _rebatched(reader, rows):
                self._refuse_long_cells(table)
                last = table
                # in one piece once, not by each who looks at it
                whole = {place: one_array(table.column(names[place])) for place in positions}
                arrays = {place: read_back_array(array) for place, array in whole.items()}
                at = np.arange(number, number + table.num_rows)
                number += table.num_rows
                chunk = RawChunk.of_arrow(arrays, table.num_rows)
                chunk.at = at
                yield chunk
            if last is not None and last.num_rows:
                self._refuse_open_quote(last.column(len(used) - 1)[-1].as_py())

    def _by_csv(
        self, header_row: int, positions: Sequence[int], rows: int, *, skip: int
    ) -> Iterator[RawChunk]:
        width = len(self._rows[max(header_row, 0)])
        with self.file.open() as stream:
            reader = csv.reader(stream, delimiter=self._separator)
            try:
                for _ in range(header_row + 1):
                    next(reader)
                numbered = enumerate(reader, header_row + 2)
                filled = ((at, row) for at, row in numbered if len(row) > 1 or (row and row[0].strip()))
                last: list[str] = []
                for block in iter(lambda: list(itertools.islice(filled, rows)), []):
                    last = block[-1][1]
                    kept = block[skip:]
                    skip = max(0, skip - len(block))
                    if kept:
                        chunk = _chunk([row for _, row in kept], positions, width)
                        chunk.at = np.array([at for at, _ in kept], dtype=np.int64)
                        yield chunk
            except csv.Error as error:
                raise self._long_cell(reader.line_num) from error
            if last:
                self._refuse_open_quote(last[-1])

    def _refuse_long_cells(self, table: Any) -> None:
        import pyarrow.compute as pc

        for column in table.columns:
            longest = pc.max(pc.binary_length(column)).as_py() or 0  # bytes: a bound that costs nothing
            if longest > _LONGEST_CELL and pc.max(pc.utf8_length(column)).as_py() > _LONGEST_CELL:
                raise self._long_cell(None)

    def _long_cell(self, line: int | None) -> UnreadableFileError:
        return UnreadableFileError(
            f"a cell is longer than {_LONGEST_CELL:,} characters",
            where=self.name if line is None else f"{self.name}, at line {line:,}",
            do='most often a quotation mark (") that is never closed: export again, or correct that line',
        )

    def _refuse_open_quote(self, last_cell: str) -> None:
        """A quotation mark left open swallows every row below it into one cell; that must not pass."""
        if "\n" in last_cell and self.file.last != '"':
            raise UnreadableFileError(
                'a quotation mark (") is opened and never closed, so the rows below it cannot be told apart',
                where=f"{self.name}, in the last {last_cell.count(chr(10))} lines or above",
                do="export again, or correct the line where it opens",
            )


def _rebatched(reader: Any, rows: int) -> Iterator[Any]:
    """Tables of exactly `rows` rows (the last may be shorter), whatever blocks the file was parsed in."""
    import pyarrow as pa

    held: list[Any] = []
    count = 0
    for batch in reader:
        held.append(batch)
        count += batch.num_rows
        while count >= rows:
            table = pa.Table.from_batches(held)
            yield table.slice(0, rows)
            held = table.slice(rows).to_batches()
            count -= rows
    if count:
        yield pa.Table.from_batches(held)


def _chunk(block: list[list[str]], positions: Sequence[int], width: int) -> RawChunk:
    findings = []
    odd = [place for place, row in enumerate(block) if len(row) != width]
    if odd:
        block = list(block)
        long = [place for place in odd if any(cell.strip() for cell in block[place][width:])]
        short = [place for place in odd if len(block[place]) < width]
        for rule, places in (("row-too-long", long), ("row-too-short", short)):
            got = [f"{len(block[place])} cells, the header has {width}" for place in places]
            findings.append(Finding(rule, "", np.array(places, dtype=np.int64), got))
        for place in odd:
            # which cell of a row that is too long belongs where cannot be known, so none is used
            row = [] if place in set(long) else block[place][:width]
            block[place] = row + [""] * (width - len(row))
    return RawChunk(
        {place: _series([row[place] for row in block]) for place in positions}, len(block), findings
    )


def _series(cells: list[str]) -> pd.Series:
    import pandas as pd

    return pd.Series([read_back(cell) if cell[:1] == MARK else cell for cell in cells])
