"""The slips that whole exports share (letter case, a lost point, zeros lost to a spreadsheet), looked up like
codes: a column in which every code is wrong is then repaired about as fast as a right one is read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from .catalogue import Catalogue, Kind
from .code_lists import CodeLists
from .codebook import Codebook
from .crosswalk import Edition, clinical_changes
from .repairs import repairer

WORTHWHILE = 1 << 14  # codes that are not right; for fewer the table of slips is not made


@dataclass(frozen=True, eq=False)
class Spellings:
    """Texts and the codes they mean.

    Attributes
    ----------
    book : the codes, and behind them their usual slips
    codes : by id of the book, the code that is meant; pyarrow large_string
    kinds, kind : the tuples of repairs there are, and by id which of them was made (the first: none)
    """

    book: Codebook
    codes: Any
    kinds: tuple[tuple[str, ...], ...]
    kind: npt.NDArray[np.int64]

    def rewritten(self, lists: CodeLists) -> Any:
        """The rows joined by `|`, every text as the code it means. None of them may be unknown."""
        import pyarrow as pa

        ends = lists.offsets - lists.offsets[0]
        ids = lists.flat + np.int64(len(self.book))  # with a bar behind, but for the last of a row
        last = ends[1:][np.diff(ends) > 0] - 1
        ids[last] -= len(self.book)
        taken = self._barred.take(pa.array(ids))
        at = np.frombuffer(taken.buffers()[1], dtype=np.int64)[: len(taken) + 1]
        return pa.LargeStringArray.from_buffers(
            len(lists), pa.py_buffer(np.ascontiguousarray(at[ends])), taken.buffers()[2]
        )

    @cached_property
    def _barred(self) -> Any:
        """The codes, and behind them the codes with a bar."""
        import pyarrow as pa
        import pyarrow.compute as pc

        bar = pa.scalar("", pa.large_string())
        barred = pc.binary_join_element_wise(self.codes, pa.scalar("|", pa.large_string()), bar)
        return pa.concat_arrays([self.codes, barred])

    def repairs(self, lists: CodeLists, shown: int) -> dict[str, Counter[str]]:
        """By kind of repair, how often it was made: under the most frequent examples, the rest under ""."""
        counts = np.bincount(lists.flat, minlength=len(self.book))
        found: dict[str, Counter[str]] = {}
        for number, repairs in enumerate(self.kinds):
            ids = (
                np.flatnonzero((self.kind == number) & (counts > 0))
                if repairs
                else np.empty(0, dtype=np.int64)
            )
            if not ids.size:
                continue
            enough = np.sort(counts[ids])[-min(shown, ids.size)]
            first = sorted(ids[counts[ids] >= enough], key=lambda id: (-counts[id], self.book.code_of(id)))
            examples = Counter(
                {
                    f"{self.book.code_of(id)} → {self.codes[id].as_py()}": int(counts[id])
                    for id in first[:shown]
                }
            )
            examples[""] = int(counts[ids].sum()) - examples.total()
            for repair in repairs:
                found.setdefault(repair, Counter()).update(examples)
        return found


@cache
def spellings(kind: Kind, edition: Edition) -> Spellings:
    """The usual slips of an edition's codes; made once a process."""
    import pyarrow as pa

    known = dict.fromkeys(Catalogue.load(kind).codes)
    if edition == "clinical":
        known |= dict.fromkeys(clinical_changes(kind))
    means = {code: code for code in known}
    made: dict[str, tuple[str, ...]] = dict.fromkeys(known, ())
    mender = repairer(kind, edition)
    for code in known:
        for slip in _slips(code):
            if slip not in means:
                result = mender.mended(slip)
                if result.text in known:
                    means[slip] = result.text
                    made[slip] = result.repairs
    book = Codebook(Catalogue.load(kind).codes, means)
    kinds = tuple(dict.fromkeys([(), *made.values()]))
    number = {repairs: place for place, repairs in enumerate(kinds)}
    return Spellings(
        book,
        pa.array([means[text] for text in book.codes], type=pa.large_string()),
        kinds,
        np.array([number[made[text]] for text in book.codes], dtype=np.int64),
    )


def _slips(code: str) -> list[str]:
    bare = code.replace(".", "")
    slips = [code.lower(), code.upper(), bare, bare.lower(), bare.upper()]
    if code[0].isdigit():
        short = code.rstrip("0")
        slips += [short, short.lstrip("0"), code.lstrip("0"), bare.lstrip("0"), short.removesuffix(".")]
    return slips
