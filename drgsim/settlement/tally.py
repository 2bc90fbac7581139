"""Rows added up by keys of text. Keys are codes until the end: text is sorted once a name, not once a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..cases.arrays import read_labels

Ints = npt.NDArray[np.int64]

NOWHERE = ""  # the region, hospital or month of rows whose table does not say
_LARGEST = 1 << 62  # the number of different keys an int64 may stand for


@dataclass(frozen=True, slots=True)
class Words:
    """A column of text: `codes` (n,) int64 into `names`, which are sorted and each there once."""

    codes: Ints
    names: npt.NDArray[np.object_]

    @classmethod
    def of(cls, codes: npt.NDArray[Any], names: Sequence[str]) -> Words:
        """Codes into names in any order, −1 where missing; a name may stand there twice.

        >>> words = Words.of(np.array([1, 0, -1]), ["b", "a"])
        >>> words.names[words.codes].tolist()
        ['a', 'b', '']
        """
        kept, place = np.unique(np.array([*names, NOWHERE], dtype=object), return_inverse=True)
        return cls(place.astype(np.int64)[codes], kept)

    @classmethod
    def read(cls, table: pd.DataFrame, column: str) -> Words:
        """A column of a table; the table's own texts are looked at once each, not once a row."""
        labels = read_labels(table, column)
        return cls.of(labels.codes, labels.names)

    def column(self, codes: Ints) -> Any:
        """Some codes as a column of a table."""
        return pd.Series(self.names).take(codes).array

    def filled(self, other: Words) -> Words:
        """The words of `other` where these are missing."""
        both = Words.of(np.arange(len(self.names) + len(other.names)), [*self.names, *other.names])
        mine, theirs = both.codes[self.codes], both.codes[other.codes + len(self.names)]
        return Words(np.where(mine == 0, theirs, mine), both.names)  # NOWHERE sorts first


def tally(keys: Mapping[str, Words], measures: Mapping[str, Ints]) -> pd.DataFrame:
    """A row for each combination of keys that occurs, sorted by the keys, with the sums of the measures.

    Sums of whole numbers do not depend on the order of the rows.
    """
    combined = _combined(list(keys.values()))
    order = np.argsort(combined)
    combined = combined[order]
    starts = np.flatnonzero(np.diff(combined, prepend=combined[:1] - 1))
    first = order[starts]
    columns: dict[str, Any] = {name: words.column(words.codes[first]) for name, words in keys.items()}
    for name, values in measures.items():
        columns[name] = np.add.reduceat(values[order], starts) if len(starts) else values[:0].copy()
    return pd.DataFrame(columns)


def added(place: Ints, values: npt.NDArray[Any], n: int) -> Ints:
    """(n,) the sums of whole numbers at each place."""
    sums = np.zeros(n, np.int64)
    np.add.at(sums, place, values)
    return sums


def _combined(keys: Sequence[Words]) -> Ints:
    """One whole number for each combination of codes, in the order of the keys."""
    combined, space = keys[0].codes, len(keys[0].names)
    for words in keys[1:]:
        size = max(len(words.names), 1)  # no names, no rows
        if space >= _LARGEST // size:
            seen, combined = np.unique(combined, return_inverse=True)
            space = len(seen)
        combined = combined * size + words.codes
        space *= size
    return combined
