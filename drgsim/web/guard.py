"""What stands before every call: token, sizes, rates, time, headers, and a line of audit."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .login import LOGIN, holds_token
from .metrics import Metrics
from .settings import Settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AUDIT = logging.getLogger("drgsim.web.audit")
_OPEN = ("/health", "/metrics", LOGIN, "/static/page.css")  # asked by those who hold no token yet
_MINUTE = 60.0
_MOST_ADDRESSES = 10_000
HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


class Guard:
    """An ASGI layer around the application."""

    def __init__(self, application: Any, settings: Settings, metrics: Metrics) -> None:
        self._inner, self._settings, self._metrics = application, settings, metrics
        self._token = settings.token()
        self._calls: dict[str, deque[float]] = defaultdict(deque)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        started, status = time.perf_counter(), 500
        headers = {name.lower(): value for name, value in scope["headers"]}
        path = str(scope["path"])

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = [*message.get("headers", [])]
                said = {bytes(name).lower() for name, _ in given}  # a report has a policy of its own
                message["headers"] = [*given, *(each for each in HEADERS if each[0] not in said)]
            await send(message)

        try:
            refused = self._refused(scope, headers, path)
            if refused is not None:
                if refused[0] == 401 and b"text/html" in headers.get(b"accept", b""):
                    await _redirect(answer, LOGIN)
                else:
                    await _refuse(answer, *refused)
                return
            if is_upload(scope["method"], path):  # goes to a file as it comes, and counts what comes
                await asyncio.wait_for(self._inner(scope, receive, answer), self._settings.upload_seconds)
                return
            body = await self._body(receive)
            if body is None:
                await _refuse(
                    answer, 413, "DS801", "the body is too large", f"{self._settings.largest_body} bytes"
                )
                return
            await asyncio.wait_for(self._inner(scope, _once(body, receive), answer), self._settings.seconds)
        except TimeoutError:
            await _refuse(answer, 503, "DS804", "the call took too long", f"{self._settings.seconds:g} s")
        finally:
            seconds = time.perf_counter() - started
            self._metrics.count(path, status, seconds)
            address = (scope.get("client") or ("-",))[0]
            counted = scope.get("state", {}).get("audit", "")
            AUDIT.info(
                "%s %s %s %d %.1f ms %s", address, scope["method"], path, status, seconds * 1e3, counted
            )

    def _refused(self, scope: Any, headers: Any, path: str) -> tuple[int, str, str, str] | None:
        if path in _OPEN:
            return None
        if self._token is not None:
            given = headers.get(b"authorization", b"")
            wanted = f"Bearer {self._token}".encode()
            if not hmac.compare_digest(given, wanted) and not holds_token(headers, self._token):
                return 401, "DS802", "a token is needed", "Authorization: Bearer …"
        length = headers.get(b"content-length", b"0")
        upload = is_upload(scope["method"], path)
        most = self._settings.largest_file if upload else self._settings.largest_body
        if length.isdigit() and int(length) > most:
            return 413, "DS801", "the body is too large", f"{most} bytes"
        if self._settings.calls_a_minute and self._too_many((scope.get("client") or ("-",))[0]):
            return 429, "DS803", "too many calls", f"{self._settings.calls_a_minute} a minute"
        return None

    def _too_many(self, address: str) -> bool:
        now, calls = time.monotonic(), self._calls[address]
        while calls and calls[0] <= now - _MINUTE:
            calls.popleft()
        if len(calls) >= self._settings.calls_a_minute:
            return True
        calls.append(now)
        if len(self._calls) > _MOST_ADDRESSES:
            self._calls = defaultdict(deque, {key: each for key, each in self._calls.items() if each})
        return False

    async def _body(self, receive: Receive) -> bytes | None:
        """The whole body, or None where it grows too large; a slow client is left to the time limit."""
        parts: list[bytes] = []
        size = 0

        async def whole() -> bytes | None:
            nonlocal size
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return b"".join(parts)
                part = message.get("body", b"")
                size += len(part)
                if size > self._settings.largest_body:
                    return None
                parts.append(part)
                more = message.get("more_body", False)
            return b"".join(parts)

        return await asyncio.wait_for(whole(), self._settings.seconds)


def is_upload(method: str, path: str) -> bool:
    """Whether a call brings a file to the page."""
    return method == "POST" and (path == "/file" or (path.startswith("/file/") and path.endswith("/add")))


async def _redirect(send: Send, to: str) -> None:
    await send({"type": "http.response.start", "status": 303, "headers": [(b"location", to.encode())]})
    await send({"type": "http.response.body", "body": b""})


def _once(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


async def _refuse(send: Send, status: int, code: str, message: str, allowed: str) -> None:
    text = json.dumps({"code": code, "message": message, "allowed": allowed}).encode()
    headers = [(b"content-type", b"application/json")]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
