"""Numbers that all workers of a service share: a file that each maps into its memory."""

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
