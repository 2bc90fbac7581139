"""A connection that does not wait for ever, nor takes in a head without end; errors are JSON."""

from __future__ import annotations

import json
from typing import Any

from .._optional import installed
from .guard import HEADERS
from .told import ServiceError, TooLargeError, told

if installed("httptools"):
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Base
else:
    from uvicorn.protocols.http.h11_impl import H11Protocol as Base  # type: ignore[assignment]


_LARGEST_HEAD = 1 << 16  # bytes; the parser of httptools keeps all that comes


class Impatient(Base):
    """uvicorn's protocol, which closes a connection whose next head does not come whole in time.

    uvicorn itself bounds idle connections between calls, but not one that sends a head byte by byte, nor one
    whose head grows for ever.
    `seconds` is set by each worker from its settings.
    """

    seconds = 15.0
    _waiting: Any = None
    _seen: Any = None
    _head: int | None = None  # bytes that came of a head since it began; None between heads

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head = 0

    def on_headers_complete(self) -> None:
        self._head = None
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        begun = self._head
        super().data_received(data)
        if begun is not None and self._head is not None:  # all of it was head
            self._head = begun + len(data)
            if self._head > _LARGEST_HEAD and not self.transport.is_closing():
                error = TooLargeError("the head of the call is too large", allowed=f"{_LARGEST_HEAD} bytes")
                self._refuse(b"431 Request Header Fields Too Large", error)
        if self.cycle is not self._seen:  # a head came whole
            self._seen = self.cycle
            self._stop()
        elif self._waiting is None and (self.cycle is None or self.cycle.response_complete):
            self._wait()

    def send_400_response(self, msg: str) -> None:
        self._refuse(b"400 Bad Request", ServiceError("this is no call of HTTP/1.1"))

    def _refuse(self, status: bytes, error: ServiceError) -> None:
        text = json.dumps(told(error), ensure_ascii=False).encode()
        head = [
            *HEADERS,
            (b"content-type", b"application/json"),
            (b"content-length", str(len(text)).encode()),
            (b"connection", b"close"),
        ]
        lines = [b"HTTP/1.1 " + status, *(name + b": " + value for name, value in head), b"", text]
        self.transport.write(b"\r\n".join(lines))
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(self.seconds, self._give_up)

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        if self.transport is not None and not self.transport.is_closing():
            self.transport.close()
