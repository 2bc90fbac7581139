"""From a principal diagnosis to the keys of a pool, and which keys name what others only begin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .expressions import CodeIndex, Pattern
from .prepared import ANY_DIAGNOSIS, Prepared
from .stages import Choose
from .words import POOLS, Pool

Ints = npt.NDArray[np.int64]


def key_lookups(
    prepared: Prepared, index: CodeIndex
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int16]]:
    """`lookup_span` [diagnoses, pools, 2], and the keys with how narrow their diagnosis is.

    The keys of pool `p` under diagnosis `d` stand at `span[d, p, 0]` to `span[d, p, 1]`, the narrowest first,
    then in catalogue order. Diagnoses with the same keys share them: what stays in the cache is short.
    """
    spans = np.zeros((len(prepared.diagnoses), len(POOLS), 2), dtype=np.int32)
    lists: dict[bytes, int] = {}  # keys and how narrow they are, and where they stand
    total = 0
    for row, pool in enumerate(POOLS):
        diagnosis, key, narrow = _placements(prepared, pool, index)
        # a key that names a diagnosis twice keeps its narrowest naming
        order = np.lexsort((-narrow, key, diagnosis))
        diagnosis, key, narrow = diagnosis[order], key[order], narrow[order]
        kept = np.append(True, (np.diff(diagnosis) != 0) | (np.diff(key) != 0))[: len(key)]
        diagnosis, key, narrow = diagnosis[kept], key[kept], narrow[kept]
        order = np.lexsort((key, -narrow, diagnosis))
        named, first = np.unique(diagnosis[order], return_index=True)
        told = np.stack((key[order], narrow[order]), axis=1).tobytes()
        for number, start, stop in zip(
            named.tolist(), first.tolist(), [*first[1:].tolist(), len(key)], strict=False
        ):
            place = lists.setdefault(told[16 * start : 16 * stop], total)
            total = max(total, place + stop - start)
            spans[number, row] = place, place + stop - start
    whole = np.frombuffer(b"".join(lists), np.int64).reshape(-1, 2)
    return spans, whole[:, 0].astype(np.int32), whole[:, 1].astype(np.int16)


def _placements(prepared: Prepared, pool: Pool, index: CodeIndex) -> tuple[Ints, Ints, Ints]:
    """Diagnosis, key and narrowness of every naming of a diagnosis by a key of `pool`."""
    found: dict[Pattern, Ints] = {}
    named: list[tuple[Ints, int, int]] = []
    for place in prepared.pools.get(pool, ()):
        patterns = prepared.catalogue.keys[place].diagnoses
        if pool is Pool.LETTER:
            patterns = tuple(pattern for pattern in patterns if len(pattern.first) == 1)
        elif not patterns:  # a blank type takes any diagnosis
            patterns = (ANY_DIAGNOSIS,)
        for pattern in patterns:
            if pattern not in found:
                found[pattern] = np.array(index.matching(pattern), np.int64)
            named.append((found[pattern], place, pattern.specificity))
    counts = [len(ids) for ids, _, _ in named]
    return (
        np.concatenate([np.zeros(0, np.int64), *(ids for ids, _, _ in named)]),
        np.repeat(np.array([place for _, place, _ in named], np.int64), counts),
        np.repeat(np.array([narrow for _, _, narrow in named], np.int64), counts),
    )


def shadow_pairs(prepared: Prepared) -> list[list[int]]:
    """For each key the others that name in full a procedure which it names by its beginning."""
    shadows: list[list[int]] = [[] for _ in prepared.catalogue.keys]
    for stage in prepared.rules.every(Choose):
        for tie in stage.by:
            if tie.name == "longer_codes":
                places = [place for pool in stage.pools for place in prepared.pools.get(pool, ())]
                _add_shadows(prepared, places, tie.short_below, tie.long_from, shadows)
    return shadows


def _add_shadows(
    prepared: Prepared, places: Sequence[int], short_below: int, long_from: int, shadows: list[list[int]]
) -> None:
    # keys compete only under one diagnosis, so only those that share a category are compared
    short: dict[str, list[tuple[str, int]]] = {}
    for place in places:
        key = prepared.catalogue.keys[place]
        codes = [code for term in key.procedures for code in term if len(code) < short_below]
        for category in _categories(key.diagnoses):
            short.setdefault(category, []).extend((code, place) for code in codes)
    for place in places:
        key = prepared.catalogue.keys[place]
        codes = [code for term in key.procedures for code in term if len(code) >= long_from]
        rivals = {pair for category in _categories(key.diagnoses) for pair in short.get(category, ())}
        for beginning, other in sorted(rivals):
            if other != place and any(code.startswith(beginning) for code in codes):
                shadows[other].append(place)


def _categories(patterns: Sequence[Pattern]) -> set[str]:
    """The categories that patterns touch; a pattern wider than one touches all of its letters."""
    found: set[str] = set()
    for pattern in patterns:
        if len(pattern.first) >= 3 and not pattern.last:
            found.add(pattern.first[:3])
        else:
            last = pattern.last or pattern.first + "9" * (3 - len(pattern.first))
            first = pattern.first + "0" * (3 - len(pattern.first))
            found.update(
                f"{chr(letter)}{number:02d}"
                for letter in range(ord(first[0]), ord(last[0]) + 1)
                for number in range(100)
                if first <= f"{chr(letter)}{number:02d}" <= last
            )
    return found
