"""What stands before every call: token, host, sizes, rates, time, headers, and a line of audit.

A page brings the token by a cookie that scripts cannot read, once it was typed.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any

from ..errors import DrgsimError
from .metrics import KNOWN, Metrics, Rates
from .settings import LOOPBACK, Settings
from .told import (
    ServiceError,
    TokenNeededError,
    TooLargeError,
    TooManyError,
    TooSlowError,
    WrongHostError,
    status_of,
    told,
    unexpected,
)

LOGIN, COOKIE = "/login", "drgsim"
WRONG_SECONDS = 1.0  # a wrong token waits


def cookie_of(token: str) -> str:
    """What the cookie holds: it shows that its holder knew the token, and is not the token."""
    return hmac.new(token.encode(), b"drgsim page", hashlib.sha256).hexdigest()


def holds_token(headers: Mapping[bytes, bytes], token: str) -> bool:
    """Whether a call brings the cookie."""
    try:
        found = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1")).get(COOKIE)
    except CookieError:
        return False
    return found is not None and hmac.compare_digest(found.value.encode(), cookie_of(token).encode())


def is_token(given: str, token: str) -> bool:
    """Whether this is the token, in constant time."""
    return hmac.compare_digest(given.strip().encode(), token.encode())


Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AUDIT = logging.getLogger("drgsim.web.audit")
_OPEN = ("/health", "/metrics", LOGIN, "/static/page.css")  # asked by those who hold no token yet
_STREAMS = (b"ndjson", b"jsonl", b"arrow")  # in a content-type: read as they come
HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class Guard:
    """An ASGI layer around the application. `whole` below: a body that is taken in before the call begins."""

    def __init__(self, application: Any, settings: Settings, metrics: Metrics, rates: Rates) -> None:
        self._inner, self._settings, self._metrics, self._rates = application, settings, metrics, rates
        token = settings.token()
        self._token = token
        self._hosts = {*LOOPBACK, "[::1]", settings.host, *settings.allowed_hosts}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        started, status, begun = time.perf_counter(), 0, False
        headers = dict(scope["headers"])
        path = str(scope["path"])
        audit: dict[str, Any] = scope.setdefault("state", {}).setdefault("audit", {})

        async def answer(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                given = message.get("headers", [])
                said = {bytes(name).lower() for name, _ in given}  # a page may have a policy of its own
                message["headers"] = [*given, *(each for each in HEADERS if each[0] not in said)]
            await send(message)

        try:
            self._admitted(scope, headers, path)
            most, seconds, streams = self._limits(scope, headers, path)
            if int(headers.get(b"content-length", b"0")) > most:
                raise _too_large(most)
            limited = _limited(receive, most)
            if streams:
                await asyncio.wait_for(self._inner(scope, limited, answer), seconds)
            else:
                await asyncio.wait_for(self._within(scope, limited, answer), seconds)
        except TimeoutError:
            error = TooSlowError("the call took too long", allowed=f"{self._settings.seconds:g} s")
            status = await self._refuse(answer, error, audit, begun)
        except TokenNeededError as error:
            if b"text/html" in headers.get(b"accept", b""):
                await _redirect(answer, LOGIN)
            else:
                await self._refuse(answer, error, audit, begun)
        except DrgsimError as error:
            status = await self._refuse(answer, error, audit, begun)
        except ConnectionResetError:
            audit["error"] = "client left"
        except Exception as error:
            audit["error"] = type(error).__name__
            if not begun:
                status = 500
                await _send(answer, 500, unexpected(error))
        finally:
            self._written(scope, path, status, time.perf_counter() - started, audit)

    async def _within(self, scope: Any, receive: Receive, answer: Send) -> None:
        """The call, after its whole body has come: a slow client keeps nothing busy."""
        if scope["method"] in ("GET", "HEAD"):
            await self._inner(scope, receive, answer)
            return
        body = await whole_body(receive)
        await self._inner(scope, _once(body, receive), answer)

    def _limits(self, scope: Any, headers: Any, path: str) -> tuple[int, float, bool]:
        """How many bytes a body may have, how long the call may take, and whether it is read as it comes."""
        if is_upload(scope["method"], path):  # goes to a file as it comes
            return self._settings.largest_file, self._settings.upload_seconds, True
        kind = headers.get(b"content-type", b"").lower()
        if any(name in kind for name in _STREAMS):
            return self._settings.largest_stream, self._settings.stream_seconds, True
        return self._settings.largest_body, self._settings.seconds, False

    def _admitted(self, scope: Any, headers: Any, path: str) -> None:
        """Raise for a call that may not come in."""
        settings, address = self._settings, _address(scope)
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > 18:
            raise ServiceError("content-length is a number of bytes", got=length[:20].decode("latin-1"))
        if path in _OPEN:
            return
        if self._token is None:
            host = headers.get(b"host", b"").decode("latin-1").lower()
            name = host[: host.rindex(":")] if host[-6:].count(":") and not host.endswith("]") else host
            if name not in self._hosts:
                raise WrongHostError(
                    "this service is not known by that name",
                    got=host[:100],
                    allowed=sorted(self._hosts),
                    do="drgsim serve --allow-host NAME, behind a proxy",
                )
        elif not self._brings_token(headers, self._token):
            if self._rates.over("token", address, settings.wrong_tokens_a_minute):
                raise TooManyError(
                    "too many wrong tokens", allowed=f"{settings.wrong_tokens_a_minute} a minute"
                )
            raise TokenNeededError("a token is needed", allowed="Authorization: Bearer …")
        if self._rates.over("call", address, settings.calls_a_minute):
            raise TooManyError("too many calls", allowed=f"{settings.calls_a_minute} a minute")

    @staticmethod
    def _brings_token(headers: Any, token: str) -> bool:
        """Whether a call brings the token, or the cookie of one who did; in constant time."""
        wanted = f"Bearer {token}".encode()
        return hmac.compare_digest(headers.get(b"authorization", b""), wanted) or holds_token(headers, token)

    async def _refuse(self, answer: Send, error: DrgsimError, audit: dict[str, Any], begun: bool) -> int:
        audit["error"] = error.code
        if not begun:
            await _send(answer, status_of(error), told(error))
        return status_of(error)

    def _written(self, scope: Any, path: str, status: int, seconds: float, audit: dict[str, Any]) -> None:
        """The audit line: who, when, which call, by what, how many, how it ended. No case content: an unknown
        path may hold some, and so may a query."""
        self._metrics.count(path, status, seconds)
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "who": _address(scope),
            "token": self._token is not None and status not in (303, 401, 429),
            "call": f"{scope['method'][:10]} {path if path in KNOWN else 'other'}",
            "status": status,
            "ms": round(seconds * 1e3, 1),
            **audit,
        }
        AUDIT.info("%s", json.dumps(line))


_TABLE = re.compile(r"/file/[^/]+/table/[a-z_]+")  # one that goes beside the stays


def is_upload(method: str, path: str) -> bool:
    """Whether a call brings a file to the page."""
    if method != "POST":
        return False
    further = path.startswith(("/file/", "/fund/own/")) and path.endswith("/add")
    return further or path in ("/file", "/fund/own") or bool(_TABLE.fullmatch(path))


async def _redirect(send: Send, to: str) -> None:
    await send({"type": "http.response.start", "status": 303, "headers": [(b"location", to.encode())]})
    await send({"type": "http.response.body", "body": b""})


def _address(scope: Any) -> str:
    return str((scope.get("client") or ("-",))[0])


def _too_large(most: int) -> TooLargeError:
    return TooLargeError("the body is too large", allowed=f"{most} bytes")


def _limited(receive: Receive, most: int) -> Receive:
    """The same messages, until the body grows too large."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise _too_large(most)
        return message

    return counted


async def whole_body(receive: Receive) -> bytes:
    """The body of a call. Raises ConnectionResetError where the client leaves before its end."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _once(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


async def _send(send: Send, status: int, error: dict[str, Any]) -> None:
    text = json.dumps(error, ensure_ascii=False, default=str).encode("utf-8", "replace")
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(text)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if status == 429:
        headers.append((b"retry-after", b"60"))
    if status in (413, 503):
        headers.append((b"connection", b"close"))  # what is still to come is not read
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
