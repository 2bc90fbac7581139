"""From a principal diagnosis to the keys of a pool, and which keys name what others only begin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .expressions import CodeIndex, Pattern
from .prepared import ANY_DIAGNOSIS, Prepared
from .stages import Choose
from .words import POOLS, Pool


def key_lookups(
    prepared: Prepared, index: CodeIndex
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int16]]:
    """`lookup_start` [pools, diagnoses + 1], and the keys with how narrow their diagnosis is.

    The keys of pool `p` under diagnosis `d` stand at `start[p, d]` to `start[p, d + 1]`, the narrowest
    first, then in catalogue order.
    """
    n_diagnoses = len(prepared.diagnoses)
    starts = np.zeros((len(POOLS), n_diagnoses + 1), dtype=np.int32)
    all_keys: list[npt.NDArray[np.int32]] = []
    all_narrow: list[npt.NDArray[np.int16]] = []
    total = 0
    for row, pool in enumerate(POOLS):
        diagnosis, key, narrow = _placements(prepared, pool, index)
        order = np.lexsort((key, -narrow, diagnosis))
        diagnosis, key, narrow = diagnosis[order], key[order], narrow[order]
        # a key that names a diagnosis twice keeps its narrowest naming
        repeated = np.zeros(len(key), dtype=bool)
        if len(key):
            pair = np.lexsort((-narrow, key, diagnosis))
            same = (np.diff(diagnosis[pair]) == 0) & (np.diff(key[pair]) == 0)
            repeated[pair[1:][same]] = True
        counts = np.bincount(diagnosis[~repeated], minlength=n_diagnoses)
        starts[row, 0] = total
        starts[row, 1:] = total + np.cumsum(counts)
        total = int(starts[row, -1])
        all_keys.append(key[~repeated].astype(np.int32))
        all_narrow.append(narrow[~repeated].astype(np.int16))
    return starts, np.concatenate(all_keys), np.concatenate(all_narrow)


def _placements(prepared: Prepared, pool: Pool, index: CodeIndex) -> tuple[npt.NDArray[np.int64], ...]:
    """Diagnosis, key and narrowness of every naming of a diagnosis by a key of `pool`."""
    diagnoses: list[int] = []
    keys: list[int] = []
    narrow: list[int] = []
    found: dict[Pattern, list[int]] = {}
    for place in prepared.pools.get(pool, ()):
        patterns = prepared.catalogue.keys[place].diagnoses
        if pool is Pool.LETTER:
            patterns = tuple(pattern for pattern in patterns if len(pattern.first) == 1)
        elif not patterns:  # a blank type takes any diagnosis
            patterns = (ANY_DIAGNOSIS,)
        for pattern in patterns:
            ids = found.get(pattern)
            if ids is None:
                ids = found[pattern] = index.matching(pattern)
            diagnoses.extend(ids)
            keys.extend([place] * len(ids))
            narrow.extend([pattern.specificity] * len(ids))
    return np.array(diagnoses, np.int64), np.array(keys, np.int64), np.array(narrow, np.int64)


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
