"""The slips that whole exports share (letter case, a lost point, zeros lost to a spreadsheet), looked up like
codes: a column in which every code is wrong is then repaired about as fast as a right one is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from .catalogue import Catalogue, Kind
from .codebook import Codebook
from .crosswalk import Edition, clinical_changes
from .repairs import repairer

Written = Callable[[int], Mapping[str, int]]
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

    def repairs(
        self,
        ids: npt.NDArray[np.int32],
        shown: int,
        signs: tuple[str, ...] = (),
        written: Written | None = None,
    ) -> dict[str, Counter[str]]:
        """By kind of repair, how often it was made in texts of these ids: under the most frequent examples,
        the rest under "". `signs` were repaired in all of them, which stood as `written` says of an id."""
        counts = np.bincount(ids)
        held = np.flatnonzero(counts)
        found: dict[str, Counter[str]] = {}
        for number, repairs in enumerate(self.kinds):
            made = tuple(dict.fromkeys([*signs, *repairs]))
            meant = held[self.kind[held] == number]
            if not made or not meant.size:
                continue
            enough = np.sort(counts[meant])[-min(shown, meant.size)]
            often = meant[counts[meant] >= enough]
            first = sorted(often, key=lambda id: (-counts[id], self.book.code_of(id)))
            examples: Counter[str] = Counter()
            for id in first[:shown]:
                texts = written(id) if written else {self.book.code_of(id): int(counts[id])}
                code = self.codes[id].as_py()
                examples.update({f"{text} → {code}": count for text, count in texts.items()})
            examples[""] = int(counts[meant].sum()) - examples.total()
            for repair in made:
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
