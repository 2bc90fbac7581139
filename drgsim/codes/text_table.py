"""Some rows of a column of joined codes as Arrow columns: every distinct text is looked at once, and rows are
put together again without an object a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._kernels import _fold
from .._optional import installed
from .code_lists import CodeLists
from .columns import TextRows, read_arrow
from .parting import SEPARATORS

if TYPE_CHECKING:
    import pandas as pd

_SIGNS = r"[;；、,，\r\n\t]"


@dataclass(frozen=True, slots=True, eq=False)
class ArrowColumn:
    """A Series of text and the same as an Arrow array."""

    series: pd.Series[Any]
    text: Any  # pyarrow.Array of large_string

    @classmethod
    def of(cls, series: pd.Series[Any]) -> ArrowColumn | None:
        """None where the column is no text, or pyarrow is not there."""
        if not installed("pyarrow") or len(series) == 0:
            return None
        import pyarrow as pa

        try:
            text = pa.array(series, type=pa.large_string(), from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeError):
            return None  # lists, numbers among text, half a surrogate pair
        return cls(series, text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text)

    def take(self, rows: npt.NDArray[np.int64]) -> Any:
        """The rows at these ascending positions, each of them once."""
        import pyarrow as pa

        return self.text if len(rows) == len(self.text) else self.text.take(pa.array(rows))

    def with_texts(self, texts: Any) -> pd.Series[Any]:
        """The Series with another text in every row that has one."""
        import pyarrow.compute as pc

        return _like(
            self.series, pc.if_else(self.text.is_valid(), texts, None) if self.text.null_count else texts
        )

    def replaced(self, rows: npt.NDArray[np.int64], texts: Any) -> pd.Series[Any]:
        """The Series with other texts at these positions."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if len(rows) == len(self.text):
            return _like(self.series, texts)
        mask = np.zeros(len(self.text), dtype=bool)
        mask[rows] = True
        return _like(self.series, pc.replace_with_mask(self.text, pa.array(mask), texts))


WIDE, BLANK, CUT, LEFT = 1, 2, 4, 8  # as in _kernels/_fold.pyx
_ROOM = 16  # bytes behind what is copied by words


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """A column without full-width signs and blanks beside codes, cut at every sign no code holds.

    Attributes
    ----------
    text : the column folded, pyarrow large_string; a row that may mean several things is empty
    raw : the rows as they stood
    rows : uint8 [rows]; CUT where another sign than a bar parted codes, LEFT where the row is left to others
    marks : uint8 [pieces]; WIDE and BLANK, what was done to a piece of `text`; None: nothing to any
    starts : int32 [pieces]; where in the bytes of its row each piece began
    bars : how many bars part the pieces as they stood
    """

    text: Any
    raw: TextRows
    rows: npt.NDArray[np.uint8]
    marks: npt.NDArray[np.uint8] | None
    starts: npt.NDArray[np.int32]
    bars: int

    @classmethod
    def of(cls, text: Any) -> Folded:
        """Fold an Arrow array of large_string."""
        import pyarrow as pa

        raw = read_arrow(text)
        assert isinstance(raw, TextRows)
        first, last = raw.offsets[[0, -1]].tolist()
        edges, others = _fold.count_edges(raw.text[first:last])
        rows = np.zeros(len(raw), dtype=np.uint8)
        if not others:
            return cls(text, raw, rows, None, np.empty(0, dtype=np.int32), 0)
        most = edges + len(raw) + 1
        out, ends = np.empty(last - first, dtype=np.uint8), np.zeros(len(raw) + 1, dtype=np.int64)
        marks, starts = np.empty(most, dtype=np.uint8), np.empty(most, dtype=np.int32)
        pieces, bars = _fold.fold_rows(raw.text, raw.offsets, out, ends, rows, marks, starts)
        folded = pa.LargeStringArray.from_buffers(len(raw), pa.py_buffer(ends), pa.py_buffer(out))
        return cls(folded, raw, rows, marks[:pieces], starts[:pieces], bars)

    def as_written(self, places: npt.NDArray[np.int64], offsets: npt.NDArray[np.int64]) -> Counter[str]:
        """The pieces at these places as they stood, and how often; `offsets` say where each row's begin."""
        row = np.searchsorted(offsets, places, side="right") - 1
        starts = self.raw.offsets[row] + self.starts[places]
        last = places + 1 == offsets[row + 1]
        after = self.raw.offsets[row] + self.starts[np.where(last, places, places + 1)]
        stops = np.where(last, self.raw.offsets[row + 1], after)
        held = memoryview(self.raw.text)
        bounds = zip(starts.tolist(), stops.tolist(), strict=True)
        found: Counter[str] = Counter()
        for text, count in Counter(bytes(held[start:stop]) for start, stop in bounds).items():
            found[text.decode().rstrip(SEPARATORS)] += count
        return found


def joined_codes(codes: Any, lists: CodeLists, good: npt.NDArray[np.bool_], raw: TextRows) -> Any:
    """The good rows as the codes (pyarrow large_string) of their ids joined by `|`, the others as they stood;
    pyarrow large_string."""
    import pyarrow as pa

    held, bounds = _bytes_of(codes)
    padded = np.concatenate([held, np.zeros(_ROOM, dtype=np.uint8)])
    ends = np.zeros(len(raw) + 1, dtype=np.int64)
    ids = (lists.ids, lists.offsets, good.view(np.uint8))
    _fold.measure_rows(*ids, bounds, raw.offsets, ends)
    out = np.empty(ends[-1] + _ROOM, dtype=np.uint8)
    _fold.join_rows(*ids, padded, bounds, raw.text, raw.offsets, out)
    return pa.LargeStringArray.from_buffers(len(raw), pa.py_buffer(ends), pa.py_buffer(out))


@dataclass(frozen=True, slots=True, eq=False)
class TextTable:
    """Some rows of a column, cut at `|` and at other signs no code holds: row `i` has the pieces from
    `offsets[i]` to `offsets[i + 1]`, each a place in `texts`. `cut` says which rows held other signs."""

    column: ArrowColumn
    rows: npt.NDArray[np.int64]
    cut: npt.NDArray[np.bool_]
    offsets: npt.NDArray[np.int32]
    pieces: npt.NDArray[np.int64]
    texts: list[str]

    @classmethod
    def of(cls, series: pd.Series[Any], rows: npt.NDArray[np.int64]) -> TextTable | None:
        """None where the column is no text, or pyarrow is not there: then rows are rewritten one by one."""
        column = ArrowColumn.of(series)
        return None if column is None else cls._of(column, rows)

    @classmethod
    def _of(cls, column: ArrowColumn, rows: npt.NDArray[np.int64]) -> TextTable:
        import pyarrow.compute as pc

        text, cut = cut_at_signs(column.take(rows))
        lists = pc.split_pattern(text, pattern="|")
        flat = lists.flatten().dictionary_encode()
        offsets = np.zeros(len(rows) + 1, dtype=np.int32)
        np.cumsum(pc.list_value_length(lists).to_numpy(zero_copy_only=False), out=offsets[1:])
        pieces = flat.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        return cls(column, rows, cut, offsets, pieces, flat.dictionary.to_pylist())

    def keep_whole(self, is_code: npt.NDArray[np.bool_]) -> TextTable:
        """The same without the rows that were cut at other signs and then hold no code at all. `is_code` says
        of each text whether it is one or becomes one."""
        lost = self.cut & ~np.logical_or.reduceat(is_code[self.pieces], self.offsets[:-1])
        return TextTable._of(self.column, self.rows[~lost]) if lost.any() else self

    def counts(self) -> Counter[str]:
        """How often each text occurs."""
        counted = np.bincount(self.pieces, minlength=len(self.texts))
        return Counter(dict(zip(self.texts, counted.tolist(), strict=True)))

    def parted(self, shown: int) -> Counter[str]:
        """How many rows were cut at other signs, under the first of them by text and what these became."""
        return parted_rows(self.column, self.rows[self.cut], shown)

    def rewritten(
        self, changed: Mapping[str, str], pairing: Callable[[list[str]], list[str]] | None
    ) -> pd.Series[Any]:
        """The column with each text of `changed` replaced, and `pairing` done to the codes of a row."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if not changed and pairing is None and not self.cut.any():
            return self.column.series.copy()
        new = pa.array([changed.get(text, text) for text in self.texts], type=pa.large_string())
        joined = joined_rows(new.take(pa.array(self.pieces)), self.offsets)
        if pairing is not None:
            starred = pc.match_substring(joined, "*").to_numpy(zero_copy_only=False)
            texts = joined.to_pylist()
            for row in np.flatnonzero(starred).tolist():
                texts[row] = "|".join(pairing(texts[row].split("|")))
            joined = pa.array(texts, type=pa.large_string())
        return self.column.replaced(self.rows, joined)


def parted_rows(column: ArrowColumn, rows: npt.NDArray[np.int64], shown: int) -> Counter[str]:
    """How many rows these are that were cut at signs, under the first by text and what they became."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not rows.size:
        return Counter()
    before = column.take(rows)
    order = [("text", "ascending")]
    first = pc.select_k_unstable(pa.table({"text": before}), k=min(shown, rows.size), sort_keys=order)
    texts = dict.fromkeys(before.take(first).to_pylist())
    pieces = {text: filter(None, re.split(rf"\s*(?:{_SIGNS}|\|)\s*", text)) for text in texts}
    shows = dict.fromkeys((f"{text} → {'|'.join(parts)}" for text, parts in pieces.items()), 1)
    return Counter({**shows, "": rows.size - len(shows)})


def joined_rows(pieces: Any, offsets: npt.NDArray[Any]) -> Any:
    """Pieces of text (pyarrow) joined by `|`, row `i` those from `offsets[i]` to `offsets[i + 1]`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    lists = pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), pieces)
    return pc.binary_join(lists, pa.scalar("|", pa.large_string()))


def cut_at_signs(text: Any) -> tuple[Any, npt.NDArray[np.bool_]]:
    """An Arrow array with a bar for every other sign that parts codes, and which rows held one. Rows with
    words in them stay: a comma may belong to a name."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cut = np.zeros(len(text), dtype=bool)
    if not _may_hold_signs(text):
        return text, cut
    held = pc.fill_null(pc.match_substring_regex(text, _SIGNS), False)
    parted = pc.replace_substring_regex(text.filter(held), rf"\s*{_SIGNS}\s*", "|")
    plain = pc.string_is_ascii(parted).to_numpy(zero_copy_only=False)
    cut[np.flatnonzero(held.to_numpy(zero_copy_only=False))[plain]] = True
    if not cut.any():
        return text, cut
    bars = pc.utf8_rtrim(parted.filter(pa.array(plain)), "|")
    return pc.replace_with_mask(text, pa.array(cut), bars), cut


def _bytes_of(text: Any) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The bytes of an Arrow large_string array, and where each row ends in them."""
    _, offsets, data = text.buffers()
    if data is None or not len(text):
        return np.empty(0, dtype=np.uint8), np.zeros(len(text) + 1, dtype=np.int64)
    ends = np.frombuffer(offsets, dtype=np.int64)[text.offset : text.offset + len(text) + 1]
    return np.frombuffer(data, dtype=np.uint8)[ends[0] : ends[-1]], ends - ends[0]


def _may_hold_signs(text: Any) -> bool:
    """A look at the bytes alone, many times faster than a pattern."""
    held, _ = _bytes_of(text)
    signs = [ord(sign) for sign in SEPARATORS if sign.isascii() and sign != "|"]
    return bool((held >= 0x80).any()) or any(bool((held == sign).any()) for sign in signs)


def _like(series: pd.Series[Any], column: Any) -> pd.Series[Any]:
    """An Arrow column of text as a Series of the kind, index and name of another."""
    import pandas as pd

    if isinstance(series.dtype, pd.StringDtype):
        values: Any = pd.array(column, dtype=series.dtype)
    else:
        values = column.to_numpy(zero_copy_only=False)
        missing = series.isna().to_numpy()
        values[missing] = series.to_numpy(dtype=object)[missing]
    return pd.Series(values, index=series.index, name=series.name, dtype=series.dtype)
