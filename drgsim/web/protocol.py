"""A connection that does not wait for ever: a client has so long to send the head of a call."""

from __future__ import annotations

from typing import Any

from .._optional import installed

if installed("httptools"):
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Base
else:
    from uvicorn.protocols.http.h11_impl import H11Protocol as Base  # type: ignore[assignment]


class Impatient(Base):
    """uvicorn's protocol, which closes a connection whose next head does not come whole in time.

    uvicorn itself bounds idle connections between calls, but not one that sends a head byte by byte.
    `seconds` is set by each worker from its settings.
    """

    seconds = 15.0
    _waiting: Any = None
    _seen: Any = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not self._seen:  # a head came whole
            self._seen = self.cycle
            self._stop()
        elif self._waiting is None and (self.cycle is None or self.cycle.response_complete):
            self._wait()

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
