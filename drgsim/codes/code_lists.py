"""Lists of code ids, one list a row, in two arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .._kernels import _encode

UNKNOWN = -1  # a text that the codebook does not know
EMPTY = -2  # an empty first piece: the row has codes, but no principal one


@dataclass(frozen=True, slots=True, eq=False)
class CodeLists:
    """The codes of many rows: row `i` has `ids[offsets[i]:offsets[i + 1]]`, the principal one first.

    Attributes
    ----------
    ids : int32 [codes]
        The codebook's id; -1 for a text it does not know; -2, only as the first of a row, for an
        empty first piece (`"|A00.100"`), so that what follows cannot become the principal code.
    offsets : int64 [rows + 1]
        Not necessarily from 0: a slice shares the arrays of the whole.
    dropped : uint8 [rows]
        Empty pieces that were left out of the row (`"A00.100||B05.900|"` has two); 255 means 255 or more.
    """

    ids: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    dropped: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.offsets) - 1

    def __getitem__(self, rows: slice) -> CodeLists:
        """Consecutive rows, `lists[start:stop]`, without a copy."""
        start, stop, step = rows.indices(len(self))
        if step != 1:
            raise IndexError("code lists are sliced by consecutive rows only")
        stop = max(start, stop)
        return CodeLists(self.ids, self.offsets[start : stop + 1], self.dropped[start:stop])

    def row(self, position: int) -> npt.NDArray[np.int32]:
        """The ids of one row."""
        return self.ids[self.offsets[position] : self.offsets[position + 1]]

    def take(self, rows: npt.NDArray[np.int64]) -> CodeLists:
        """The rows at these positions, in this order; a negative position is an empty row."""
        present = np.append(self.counts, 0)
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(present[np.maximum(rows, -1)], out=offsets[1:])
        ids = np.empty(offsets[-1], dtype=np.int32)
        _encode.take_rows(self.ids, self.offsets, rows, ids, offsets)
        return CodeLists(ids, offsets, np.append(self.dropped, np.uint8(0))[np.maximum(rows, -1)])

    @property
    def flat(self) -> npt.NDArray[np.int32]:
        """The ids of these rows, one after the other."""
        return self.ids[self.offsets[0] : self.offsets[-1]]

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """How many codes each row has."""
        return np.diff(self.offsets)

    @property
    def n_codes(self) -> int:
        """How many codes there are, unknown ones among them; empty first pieces are none."""
        return int(np.count_nonzero(self.flat != EMPTY))

    @property
    def n_unknown(self) -> int:
        """How many codes the codebook does not know."""
        return int(np.count_nonzero(self.flat == UNKNOWN))

    def rows_where(self, mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Positions of the rows that hold a code for which `mask`, one value for each of `flat`, is true."""
        places = np.flatnonzero(mask)
        if len(places) * 8 > len(self):  # many: count them up to the bounds of each row
            before = np.zeros(len(mask) + 1, dtype=np.int64)
            np.cumsum(mask, out=before[1:])
            ends = before[self.offsets - self.offsets[0]]
            return np.flatnonzero(ends[1:] > ends[:-1])
        found = np.searchsorted(self.offsets, places + self.offsets[0], side="right") - 1
        return found[np.diff(found, prepend=-1) > 0]  # ascending, a row once for each code

    def rows_with(self, value: int) -> npt.NDArray[np.int64]:
        """Positions of the rows that hold `value` (an id, UNKNOWN or EMPTY), ascending."""
        return self.rows_where(self.flat == value)

    def __repr__(self) -> str:
        return f"CodeLists({len(self)} rows, {len(self.flat)} codes, {self.n_unknown} unknown)"
