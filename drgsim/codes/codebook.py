"""Code texts to dense ids: the catalogue first, then the codes that only a scheme names."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._parallel import thread_count
from ..errors import ArgumentError
from . import readable
from .catalogue import Catalogue, Kind
from .code_lists import UNKNOWN, CodeLists
from .columns import read_column
from .encoder import CodeTable, encode
from .pieces import kept, pieces_of

if TYPE_CHECKING:
    import pandas as pd


class Codebook:
    """The ids of the codes a grouper works with.

    Parameters
    ----------
    catalogue_codes : the codes of a catalogue; the id of each is its position
    extra : codes beyond the catalogue; those that are not in it follow, sorted, each once

    Codes compare exactly: `"a00.100"` and `"38.9300X001"` are unknown. A dual code such as
    `"A17.000x001+G05.0*"` is one code. Raises ArgumentError for a doubled or impossible code.

    >>> book = Codebook.for_kind("procedure", extra=["99.9999x999"])
    >>> lists = book.encode(["51.2300|99.9999x999", None, "51.23|"])
    >>> [[book.code_of(i) if i >= 0 else i for i in lists.row(row).tolist()] for row in range(3)]
    [['51.2300', '99.9999x999'], [], [-1]]
    """

    def __init__(self, catalogue_codes: Sequence[str], extra: Iterable[str] = ()) -> None:
        self.n_catalogue = len(catalogue_codes)
        self.codes = (*catalogue_codes, *sorted(set(extra).difference(catalogue_codes)))
        wrong = [code for code in self.codes if not code or "|" in code or "\n" in code]
        if wrong:
            raise ArgumentError("a code is empty, or holds a bar or a line break", got=wrong[0])
        if len(set(self.codes)) != len(self.codes):
            raise ArgumentError("the same code twice in a catalogue")

    @classmethod
    def for_kind(cls, kind: Kind, *, extra: Iterable[str] = ()) -> Codebook:
        """The codebook of a shipped catalogue."""
        return cls(Catalogue.load(kind).codes, extra)

    @cached_property
    def _ids(self) -> dict[str, int]:
        # interned: without the lock of Python, to compare with a key another thread made takes the dict's own
        return {sys.intern(str(code)): position for position, code in enumerate(self.codes)}

    @cached_property
    def table(self) -> CodeTable:
        """The codes as the kernel finds them."""
        return CodeTable.build(self.codes)

    def id_of(self, code: str) -> int:
        """The id of `code`; -1 when the codebook does not know it."""
        return self._ids.get(code, -1)

    def code_of(self, id: int) -> str:
        """The text of an id that is not negative."""
        return self.codes[id]

    def encode(self, column: Any, *, threads: int | None = 1) -> CodeLists:
        """The ids of every row of a column of codes.

        `column` is a pandas Series (text of any kind, categorical, lists), a list, a NumPy array, or
        anything in Arrow memory (string, dictionary, list of string). A text is cut at `|`, and only
        there; an element of a list is one code. None, NaN and `""` mean no codes. Numbers are taken
        as Python writes them. Nothing is repaired and nothing fails on a row: see `CodeLists` for how
        unknown texts and empty pieces are shown. `threads=None` means one per core.

        Raises CodeColumnError for what is not such a column.
        """
        rows = read_column(column)
        if os.environ.get("DRGSIM_REFERENCE") == "1":
            return readable.encode(column, self._ids)
        return encode(rows, self.table, threads=thread_count(threads))

    def unknown(self, column: Any, *, rows: npt.NDArray[np.int64] | None = None) -> pd.DataFrame:
        """The texts of a column that this codebook does not know: a frame with row, place and code.

        `row` is the position in the column, `place` the position in the row's list (0: principal).
        `rows` restricts the search; by default every row is looked at. Slower than `encode`: a
        second pass over the rows in question.

        >>> Codebook.for_kind("diagnosis").unknown(["A00.100|b05.900", "I10"])
           row  place     code
        0    0      1  b05.900
        1    1      0      I10
        """
        import pandas as pd

        if rows is None:
            rows = self.encode(column).rows_with(UNKNOWN)
        found = [
            (row, place, code)
            for row, pieces in zip(rows.tolist(), pieces_of(column, rows), strict=True)
            for place, code in enumerate(kept(pieces))
            if code and code not in self._ids
        ]
        return pd.DataFrame(found, columns=["row", "place", "code"])

    def count_unknown(self, column: Any, *, rows: npt.NDArray[np.int64]) -> Counter[str]:
        """How often each text that this codebook does not know occurs in the rows at these positions."""
        codes = chain.from_iterable(pieces_of(column, rows))
        return Counter(code for code in codes if code and code not in self._ids)

    def __len__(self) -> int:
        return len(self.codes)

    def __contains__(self, code: object) -> bool:
        return code in self._ids

    def __reduce__(self) -> tuple[Any, ...]:
        return (Codebook, (self.codes[: self.n_catalogue], self.codes[self.n_catalogue :]))
