"""The body of a call as a file that a thread reads while it still arrives, never all of it in memory."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any

_ENOUGH = 1 << 18  # bytes gathered before a thread is woken


class Feed(io.RawIOBase):
    """A readable file over the messages of a call; read by one thread, filled by the loop it was made in."""

    def __init__(self, receive: Callable[[], Awaitable[Any]]) -> None:
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._left = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        """Fill `target` as far as bytes are at hand; waits for more only where there are none."""
        if not self._left and not self._ended:
            more = asyncio.run_coroutine_threadsafe(self._gathered(), self._loop).result()
            self._left = memoryview(more)
        taken = min(len(target), len(self._left))
        target[:taken] = self._left[:taken]
        self._left = self._left[taken:]
        return taken

    async def _gathered(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        while size < _ENOUGH and not self._ended:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ConnectionResetError
            part = message.get("body", b"")
            parts.append(part)
            size += len(part)
            self._ended = not message.get("more_body", False)
        return b"".join(parts)
