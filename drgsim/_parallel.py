"""Row chunks over Python threads. Kernels release the GIL; there is no OpenMP, so forking stays safe."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from .errors import ArgumentError

CHUNK = 1 << 16  # rows: large enough to hide a call, small enough to stay in the caches


def thread_count(threads: int | None) -> int:
    """The number of threads to use: `None` means one per available core."""
    if threads is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise ArgumentError("threads must be a whole number of 1 or more, or None", got=threads)
    return threads


def chunks(rows: int, chunk: int = CHUNK) -> Iterator[tuple[int, int]]:
    """Consecutive `(start, stop)` that cover `range(rows)`."""
    for start in range(0, rows, chunk):
        yield start, min(start + chunk, rows)


def over_chunks(work: Callable[[int, int], object], rows: int, *, threads: int, chunk: int = CHUNK) -> None:
    """Call `work(start, stop)` for every chunk. Each call must write only its own rows.

    The first exception is raised after the running chunks have ended.
    """
    if threads == 1 or rows <= chunk:
        for start, stop in chunks(rows, chunk):
            work(start, stop)
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, start, stop) for start, stop in chunks(rows, chunk)]:
            done.result()
