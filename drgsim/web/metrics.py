"""Counts of calls in the text form that Prometheus reads; of several workers in a file that each maps."""

from __future__ import annotations

import mmap
import os
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from .calls import CALLS

SLOTS = 1 << 14  # addresses whose calls are counted apart; two that share a slot share its limit
_MINUTE = 60.0
_SLOT = struct.Struct("<qd")  # the minute, and the calls counted in it
_CELL = struct.Struct("<d")


class SharedNumbers:
    """`size` bytes that every process with the same file sees; without a file, this process alone.

    `held` keeps others away: threads by a lock, processes by a lock on the file.
    """

    def __init__(self, size: int, path: Path | None = None) -> None:
        self._lock, self._file = Lock(), None
        if path is None:
            self.map = mmap.mmap(-1, size)
            return
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if os.fstat(self._file).st_size < size:
            os.ftruncate(self._file, size)
        self.map = mmap.mmap(self._file, size)

    @contextmanager
    def held(self) -> Iterator[mmap.mmap]:
        """The memory, while nobody else writes into it."""
        with self._lock:
            fcntl = _fcntl() if self._file is not None else None
            if fcntl is not None:
                fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield self.map
            finally:
                if fcntl is not None:
                    fcntl.lockf(self._file, fcntl.LOCK_UN)

    def add(self, cells: dict[int, float]) -> None:
        """Add to cells of float64, by their place."""
        with self.held() as memory:
            for cell, number in cells.items():
                at = cell * _CELL.size
                _CELL.pack_into(memory, at, _CELL.unpack_from(memory, at)[0] + number)

    def cell(self, cell: int) -> float:
        """The number in a cell."""
        return float(_CELL.unpack_from(self.map, cell * _CELL.size)[0])


class Rates:
    """How often each address did something in this minute."""

    def __init__(self, path: Path | None = None) -> None:
        self._numbers = SharedNumbers(SLOTS * _SLOT.size, path)

    def over(self, what: str, address: str, most: int) -> bool:
        """Count one more, and say whether it is above `most` in this minute; 0 is no limit."""
        if not most:
            return False
        minute = int(time.time() // _MINUTE)
        at = zlib.crc32(f"{what} {address}".encode()) % SLOTS * _SLOT.size
        with self._numbers.held() as memory:
            since, number = _SLOT.unpack_from(memory, at)
            number = number + 1 if since == minute else 1
            _SLOT.pack_into(memory, at, minute, number)
        return bool(number > most)


def _fcntl() -> Any:
    try:
        import fcntl
    except ImportError:  # a system without it: the workers count by themselves
        return None
    return fcntl


KNOWN = (
    *(call.path for call in CALLS),
    *(
        "/codes/search",
        "/schemes",
        "/policies",
        "/openapi.json",
        "/health",
        "/metrics",
        "/",
        "/login",
        "/file",
        "/question",
        "/fund",
    ),
)
_OTHER = "other"
_NAMES = (*KNOWN, _OTHER)  # unknown paths are one, so that nobody can make the list long
_STATUSES = (200, 303, 304, 400, 401, 404, 405, 413, 415, 421, 422, 429, 500, 501, 503, 0)
_UPPERS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # seconds
_WIDTH = len(_STATUSES) + len(_UPPERS) + 2  # by status, by time, all, seconds
_CASES = len(_NAMES) * _WIDTH
_CELLS = _CASES + 1


class Metrics:
    """Calls by path and status, how long they took, and cases that were answered."""

    def __init__(self, path: Path | None = None) -> None:
        self._numbers = SharedNumbers(_CELLS * 8, path)

    def count(self, path: str, status: int, seconds: float) -> None:
        """One call that has ended; status 0 for a client that left."""
        start = _NAMES.index(path if path in KNOWN else _OTHER) * _WIDTH
        place = _STATUSES.index(status) if status in _STATUSES else _STATUSES.index(500)
        cells = {start + place: 1.0}
        times = start + len(_STATUSES)
        for upper, limit in enumerate(_UPPERS):
            if seconds <= limit:
                cells[times + upper] = 1.0
                break
        self._numbers.add({**cells, times + len(_UPPERS): 1.0, times + len(_UPPERS) + 1: seconds})

    def cases(self, number: int) -> None:
        """Cases that were answered."""
        self._numbers.add({_CASES: float(number)})

    def text(self) -> str:
        """All counts."""
        calls, times = ["# TYPE drgsim_calls_total counter"], ["# TYPE drgsim_seconds histogram"]
        for number, path in enumerate(_NAMES):
            start = number * _WIDTH
            for place, status in enumerate(_STATUSES):
                if found := self._numbers.cell(start + place):
                    calls.append(f'drgsim_calls_total{{path="{path}",status="{status}"}} {found:.0f}')
            at, below = start + len(_STATUSES), 0.0
            if not (whole := self._numbers.cell(at + len(_UPPERS))):
                continue
            for upper, limit in enumerate(_UPPERS):
                below += self._numbers.cell(at + upper)
                times.append(f'drgsim_seconds_bucket{{path="{path}",le="{limit:g}"}} {below:.0f}')
            seconds = self._numbers.cell(at + len(_UPPERS) + 1)
            times += [
                f'drgsim_seconds_bucket{{path="{path}",le="+Inf"}} {whole:.0f}',
                f'drgsim_seconds_sum{{path="{path}"}} {seconds:.6f}',
                f'drgsim_seconds_count{{path="{path}"}} {whole:.0f}',
            ]
        cases = f"# TYPE drgsim_cases_total counter\ndrgsim_cases_total {self._numbers.cell(_CASES):.0f}"
        return "\n".join([*calls, *times, cases]) + "\n"
