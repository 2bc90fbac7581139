"""Rows of text to lists of ids: the hash table the kernel looks codes up in, and memory for its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .._kernels import _encode
from .._parallel import CHUNK, chunks, over_chunks
from .code_lists import CodeLists
from .columns import ChunkedRows, CodeRows, ListRows, RepeatedRows, TextRows, text_rows

SLOT = np.dtype([("head", "<u8"), ("tail", "<u4"), ("id", "<i4")])
SHORT = 11  # bytes of a code that fits a slot, as in _kernels/_encode.pyx
FILL = 0.4  # of the slots at most; what is free keeps the search for a code short


@dataclass(frozen=True, slots=True, eq=False)
class CodeTable:
    """The codes as the kernel finds them; four arrays that can be pickled, shared or mapped.

    Attributes
    ----------
    codes : uint8; all codes in the order of their ids, UTF-8, a line each
    offsets : int64 [codes + 1]; where each line begins
    slots : SLOT; a hash table of the codes of up to 11 bytes
    long_slots : int32; a hash table of the ids of the others
    """

    codes: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]
    slots: npt.NDArray[np.void]
    long_slots: npt.NDArray[np.int32]

    @classmethod
    def build(cls, codes: Sequence[str]) -> CodeTable:
        """The table of different codes, none of them empty and none with a line break."""
        rows = text_rows(codes)
        lengths = np.diff(rows.offsets) - rows.gap
        n_long = int(np.count_nonzero(lengths > SHORT))
        slots = np.zeros(_size(len(rows) - n_long), dtype=SLOT)
        long_slots = np.full(_size(n_long), -1, dtype=np.int32)
        _encode.fill_slots(rows.text, rows.offsets, slots, long_slots)
        return cls(rows.text, rows.offsets, slots, long_slots)


def _size(entries: int) -> int:
    """A power of two of which `entries` fill no more than FILL."""
    size = 2
    while size * FILL < entries:
        size *= 2
    return size


def encode(rows: CodeRows, table: CodeTable, *, threads: int) -> CodeLists:
    """The ids of all rows; unknown texts and empty pieces as `CodeLists` says."""
    match rows:
        case TextRows():
            return _encode_text(rows, table, threads)
        case ListRows():
            return _encode_lists(rows, table)
        case RepeatedRows():
            return encode(rows.distinct, table, threads=1).take(rows.rows)
        case ChunkedRows():
            return concatenate([encode(chunk, table, threads=threads) for chunk in rows.chunks])


def _encode_text(rows: TextRows, table: CodeTable, threads: int) -> CodeLists:
    spans = list(chunks(len(rows)))
    text = (rows.text, rows.offsets, rows.gap)
    lookup = (table.slots, table.long_slots, table.codes, table.offsets)
    room = np.zeros(len(spans) + 1, dtype=np.int64)

    def measure(start: int, stop: int) -> None:
        room[start // CHUNK + 1] = _encode.count_pieces(*text, start, stop)

    over_chunks(measure, len(rows), threads=threads)
    places = np.cumsum(room)
    ids = np.empty(places[-1], dtype=np.int32)
    offsets = np.zeros(len(rows) + 1, dtype=np.int64)
    dropped = np.empty(len(rows), dtype=np.uint8)
    ends = places.copy()

    def fill(start: int, stop: int) -> None:
        chunk = start // CHUNK
        ends[chunk + 1] = _encode.encode_rows(
            *text, *lookup, start, stop, places[chunk], ids, offsets[1:], dropped
        )

    over_chunks(fill, len(rows), threads=threads)
    if not np.array_equal(ends, places):
        ids = np.concatenate([ids[place:end] for place, end in zip(places, ends[1:], strict=False)])
        gone = np.cumsum(places[1:] - ends[1:])
        for (start, stop), shift in zip(spans[1:], gone, strict=False):
            offsets[start + 1 : stop + 1] -= shift
    return CodeLists(ids, offsets, dropped)


def _encode_lists(rows: ListRows, table: CodeTable) -> CodeLists:
    found = np.empty(len(rows.pieces), dtype=np.int32)
    pieces = rows.pieces
    _encode.lookup_rows(
        pieces.text, pieces.offsets, pieces.gap,
        table.slots, table.long_slots, table.codes, table.offsets, found,
    )  # fmt: skip
    count = len(rows.offsets) - 1
    ids = np.empty(len(found), dtype=np.int32)
    offsets = np.zeros(count + 1, dtype=np.int64)
    dropped = np.empty(count, dtype=np.uint8)
    used = _encode.fold_lists(found, rows.offsets, ids, offsets[1:], dropped)
    return CodeLists(ids[:used], offsets, dropped)


def concatenate(parts: Sequence[CodeLists]) -> CodeLists:
    """The rows of all parts, one part after the other."""
    counts = [np.zeros(1, dtype=np.int64), *(part.counts for part in parts)]
    return CodeLists(
        np.concatenate([np.empty(0, dtype=np.int32), *(part.flat for part in parts)]),
        np.cumsum(np.concatenate(counts)),
        np.concatenate([np.empty(0, dtype=np.uint8), *(part.dropped for part in parts)]),
    )
