"""Which codes a set of prefixes and ranges holds, as a bit table over the codes of a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...codes.code_lists import EMPTY
from .columns import Codes, Floats, Mask, Missing, Words
from .nodes import Role

_INT32 = (1 << 31) - 1


def hits(codes: Sequence[str], words: Sequence[str]) -> Mask:
    """For each code whether a prefix (`I10`) or a range of prefixes (`F20-F29`) of `words` holds it.

    Of a catalogue, whose codes are a tuple, the answer is kept: it takes longer than all else asked of
    a single case. Not to be written into.
    """
    if not isinstance(codes, tuple):
        return _hits(codes, words)
    key = id(codes), tuple(words)
    known = _kept.get(key)
    if known is None or known[0] is not codes:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        known = _kept[key] = codes, _hits(codes, words)
        known[1].flags.writeable = False
    return known[1]


_MOST_KEPT = 512
_kept: dict[Any, tuple[tuple[str, ...], Mask]] = {}


def _hits(codes: Sequence[str], words: Sequence[str]) -> Mask:
    texts = np.array(list(codes), dtype=np.str_) if len(codes) else np.zeros(0, dtype="U1")
    hit = np.zeros(len(texts), dtype=bool)
    single: dict[int, list[str]] = {}
    for word in words:
        first, _, last = word.removesuffix("*").partition("-")
        if last:
            start = texts.astype(f"U{len(first)}")
            hit |= (start >= first) & (start <= last)
        else:
            single.setdefault(len(first), []).append(first)
    for length, prefixes in single.items():
        hit |= np.isin(texts.astype(f"U{length}"), prefixes)
    return hit


def in_words(column: Words, words: Sequence[str], *, patterns: bool = True) -> tuple[Mask, Missing]:
    """Rows whose text is one of `words`, `a*` standing for all that begin with a; rows without a text."""
    exact = {word for word in words if not (patterns and word.endswith("*"))}
    starts = tuple(word[:-1] for word in words if patterns and word.endswith("*"))
    table = np.array(
        [word in exact or word.startswith(starts) for word in column.words] + [False], dtype=bool
    )
    some_missing = len(column.codes) and column.codes.min() < 0
    return table[column.codes], column.codes < 0 if some_missing else None


@dataclass(frozen=True, slots=True)
class InSet:
    """The answer for each row: whether a code of the role is in the set, and how many are (`found`), of
    which `lost` says where that cannot be known."""

    held: tuple[Mask, Missing]
    found: npt.NDArray[Any]
    lost: Missing

    @property
    def counted(self) -> tuple[Floats, Missing]:
        return self.found.astype(np.float64), self.lost


def in_set(codes: Codes, hit: Mask, role: Role) -> InSet:
    """Rows with a code of `role` for which `hit`, by id, is true.

    any: one of all codes; first: the principal one; other: one of those behind it; all: every one, and
    there is one. A code that is not among the words might be in the set: the row is unknown, unless another
    code decides.
    """
    return _first_in_set(codes, hit) if role == "first" else _some_in_set(codes, hit, role)


def _first_in_set(codes: Codes, hit: Mask) -> InSet:
    """Only the principal codes are looked at; one that is empty or not among the words is not known."""
    starts = codes.offsets[:-1]
    some = np.flatnonzero(codes.offsets[1:] > starts)
    every = len(some) == len(starts)
    ids = codes.ids[starts if every else starts[some]]
    table = np.append(hit, [False, False])  # -1 and -2 take the last
    true, lost = table[ids], ids < 0
    if not every:
        true, lost = (_spread(mask, some, len(starts)) for mask in (true, lost))
    found = true
    if codes.missing is not None:
        true, lost = true & ~codes.missing, lost | codes.missing
    unknown = lost if lost.any() else None
    return InSet((true, unknown), found, unknown)


def _spread(mask: Mask, rows: npt.NDArray[np.int64], n: int) -> Mask:
    result = np.zeros(n, np.bool_)
    result[rows] = mask
    return result


def _some_in_set(codes: Codes, hit: Mask, role: Role) -> InSet:
    rows = len(codes.offsets) - 1
    table = np.append(hit, [False, False])
    inside = table[codes.ids] & (codes.ids >= 0)
    doubtful = (codes.ids < 0) & (codes.ids != EMPTY)
    asked = codes.ids != EMPTY
    if role == "other":
        starts = codes.offsets[:-1]
        asked[starts[codes.offsets[1:] > starts]] = False
    found = _per_row(inside & asked, codes, rows)
    unsure = _per_row(doubtful & asked, codes, rows)
    if role == "all":
        of = _per_row(asked, codes, rows)
        true, unknown = (found == of) & (of > 0), (found + unsure == of) & (unsure > 0)
    else:
        true = found > 0
        unknown = (unsure > 0) & ~true
    lost = unsure > 0
    if codes.missing is not None:
        true = true & ~codes.missing
        unknown = unknown | codes.missing
        lost = lost | codes.missing
    held = (true, unknown if unknown.any() else None)
    return InSet(held, found, lost if lost.any() else None)


def _per_row(mask: Mask, codes: Codes, rows: int) -> npt.NDArray[Any]:
    """How many of the codes of each row the mask marks."""
    sums: npt.NDArray[Any] = np.zeros(len(mask) + 1, np.int32 if len(mask) < _INT32 else np.int64)
    np.cumsum(mask, out=sums[1:])
    counts: npt.NDArray[Any] = np.subtract(sums[codes.offsets[1:]], sums[codes.offsets[:-1]])
    return counts
