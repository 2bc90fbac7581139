"""The readable twin of the resampling kernel: one draw, one stratum, one multiplication at a time.

Shares no code with `_kernels/_resample.pyx`, random numbers included; `DRGSIM_REFERENCE=1` makes
`drgsim.simulation.uncertainty.sampling` use this one.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

_WORD = 2**64 - 1


def resample(
    keys: Any,
    hospital_starts: Any,
    sizes: Any,
    entry_starts: Any,
    output: Any,
    values: Any,
    out: Any,
) -> None:
    """As the kernel, for all draws of `out`; `keys` … `values` are its arguments of these names."""
    strata = [
        _stratum(first, stop, entry_starts, output, values, out.shape[1])
        for first, stop in pairwise(hospital_starts)
    ]
    for draw in range(len(out)):
        for key, first, sums in zip(keys, hospital_starts, strata, strict=False):
            hospitals = len(sums)
            own = sizes[first : first + hospitals]
            times, slots = _times(_mixed(int(key) ^ draw), hospitals)
            size = int((times * own).sum())
            scale = int(own.sum()) / size if size else hospitals / slots
            running = np.cumsum(np.tensordot(times, sums, axes=1), axis=0)
            # running sums are rounded, not outputs: what is known of the whole stratum stays exact
            out[draw] += np.diff(np.rint(scale * running).astype(np.int64), axis=0, prepend=0)


def _stratum(first: int, stop: int, entry_starts: Any, output: Any, values: Any, outputs: int) -> Any:
    """The sums of a stratum's hospitals, int64 [hospitals, outputs, measures]."""
    sums = np.zeros((stop - first, outputs, values.shape[1]), np.int64)
    for place, hospital in enumerate(range(first, stop)):
        for entry in range(entry_starts[hospital], entry_starts[hospital + 1]):
            sums[place, output[entry]] += values[entry]
    return sums


def _times(key: int, hospitals: int) -> tuple[Any, int]:
    """How often each hospital is drawn, int64 [hospitals], and how many were drawn in all."""
    slots = max(hospitals - 1, 1)
    times = np.zeros(hospitals, np.int64)
    for slot in range(slots):
        times[(_mixed(key ^ slot) >> 32) * hospitals >> 32] += 1
    return times, slots


def _mixed(key: int) -> int:
    """The finalizer of splitmix64."""
    key = (key + 0x9E3779B97F4A7C15) & _WORD
    key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9 & _WORD
    key = (key ^ (key >> 27)) * 0x94D049BB133111EB & _WORD
    return key ^ (key >> 31)
