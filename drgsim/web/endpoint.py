"""One call over HTTP: options, cases in (whole, or read by a thread while they still arrive), answer out.

Plain ASGI: a framework costs more than a case.
"""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

from ..errors import ArgumentError, DrgsimError
from .answers import Answer, Answers, Options
from .batches import answered, call_options
from .calls import Call
from .giving import Pieces, dumped, fact_header, whole
from .guard import whole_body
from .kinds import STREAMS, Kind, answer_kind, body_kind
from .metrics import Metrics
from .taking import Read, cases_of, file_of, parsed
from .told import NoSuchCallError, TooLargeError, status_of, told, unexpected

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


_QUICK_BODY = 1 << 14  # bytes; a longer body is worth a thread
_CHUNK = 1 << 18
_MOST_OPTIONS = 20
_FACTS = ("scheme", "scheme_hash", "catalogue", "policy", "policy_hash")


class Endpoint:
    """The ASGI application of one call."""

    def __init__(self, call: Call, work: Answers, metrics: Metrics, pool: ThreadPoolExecutor) -> None:
        self._call, self._work, self._metrics, self._pool = call, work, metrics, pool

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            if scope["method"] != "POST":
                raise NoSuchCallError(
                    "this call is a POST with cases in its body", got=scope["method"], allowed="POST"
                )
            status, kind, body, facts = await self._answer(scope, receive)
        except DrgsimError as error:
            status, kind, facts = status_of(error), Kind.JSON, {}
            body = dumped(told(error))
            audit(scope)["error"] = error.code
        except (ConnectionResetError, asyncio.CancelledError):
            raise
        except Exception as error:
            status, kind, body, facts = 500, Kind.JSON, dumped(unexpected(error)), {}
            audit(scope)["error"] = type(error).__name__
        await _sent(send, status, kind, body, facts)

    async def _answer(self, scope: Any, receive: Any) -> tuple[int, Kind, Any, Mapping[str, Any]]:
        headers = dict(scope["headers"])
        body_is = body_kind(headers.get(b"content-type", b"").decode("latin-1"))
        kind = answer_kind(headers.get(b"accept", b"").decode("latin-1"), body_is)
        options = self._options(scope["query_string"].decode("latin-1"))
        loop = asyncio.get_running_loop()
        if body_is in STREAMS:
            feed = Feed(receive)
            pieces, cases = await loop.run_in_executor(
                self._pool, answered, self._call, body_is, kind, feed, self._work, options
            )
            self._count(scope, cases, pieces.facts, Counter())
            return 200, kind, pieces.done(), pieces.facts
        body = await whole_body(receive)
        if self._call.quick and body_is is Kind.JSON and len(body) < _QUICK_BODY:
            read, one, options = self._read(parsed(body), options)
            if read is not None:  # one case that needs no reading
                answer = self._call.run(self._work, read, options)
                return self._given(scope, answer, kind, one=one, cases=1)
        answer, one, cases = await loop.run_in_executor(self._pool, self._slowly, body, body_is, options)
        return self._given(scope, answer, kind, one=one, cases=cases)

    def _read(self, given: Any, options: Options) -> tuple[Read | None, bool, Options]:
        """The case, where the body is one that needs no reading; None for all others."""
        listed, one, options = self._listed(given, options)
        if not one:
            return None, one, options
        read = cases_of(listed) if not self._call.reads else None
        return (read if read is not None and read.plain is not None else None), one, options

    def _slowly(self, body: bytes, kind: Kind, options: Options) -> tuple[Answer, bool, int]:
        if kind is Kind.CSV:
            read, one = file_of(body, "cases.csv"), False
        else:
            listed, one, options = self._listed(parsed(body), options)
            call_options(self._work, self._call, options)
            read = cases_of(listed, read=self._call.reads)
        if not len(read):
            raise ArgumentError("no case in the body", got=0, allowed="one or more")
        return self._call.run(self._work, read, options), one, len(read)

    def _listed(self, given: Any, options: Options) -> tuple[list[Any], bool, Options]:
        """The cases of a JSON body, whether it is one, and the options beside them."""
        if isinstance(given, dict) and "cases" in given:
            beside = {name: value for name, value in given.items() if name != "cases"}
            options = {**options, **self._allowed(beside)}
            given = given["cases"]
        one = isinstance(given, dict)
        listed = [given] if one else given
        if not isinstance(listed, list):
            raise ArgumentError(
                "cases are JSON objects", got=type(listed).__name__, allowed="an object or a list"
            )
        most = self._work.settings.largest_batch
        if len(listed) > most:
            raise TooLargeError(
                "too many cases in one JSON body",
                got=len(listed),
                allowed=most,
                do="send them as NDJSON or as an Arrow stream",
            )
        return listed, one, options

    def _options(self, query: str) -> Options:
        try:
            given = dict(parse_qsl(query, keep_blank_values=False, max_num_fields=_MOST_OPTIONS))
        except ValueError:
            raise ArgumentError("too many options in one call", allowed=_MOST_OPTIONS) from None
        return self._allowed(given)

    def _allowed(self, given: Mapping[str, Any]) -> dict[str, str]:
        for name, value in given.items():
            if name not in self._call.options:
                raise ArgumentError(
                    "this call has no such option",
                    got=name[:60],
                    allowed=self._call.options,
                    nearest=self._call.options,
                )
            if value is not None and not isinstance(value, str):
                raise ArgumentError(f"{name} is a text", got=type(value).__name__)
        return {name: value for name, value in given.items() if value}

    def _given(
        self, scope: Any, answer: Answer, kind: Kind, *, one: bool, cases: int
    ) -> tuple[int, Kind, Any, Mapping[str, Any]]:
        counted = Counter(str(row["status"]) for row in answer.rows if row.get("status"))
        self._count(scope, cases, answer.facts, counted)
        if kind is Kind.JSON:
            return 200, kind, whole(answer, one=one), answer.facts
        pieces = Pieces(kind)
        pieces.add(answer)
        return 200, kind, pieces.done(), answer.facts

    def _count(self, scope: Any, cases: int, facts: Mapping[str, Any], counted: Mapping[str, int]) -> None:
        self._metrics.cases(cases)
        line = audit(scope)
        line["cases"] = cases
        line |= {name: facts[name] for name in _FACTS if name in facts}
        line |= {f"of_which_{name}": number for name, number in sorted(counted.items())}


def audit(scope: Any) -> dict[str, Any]:
    """What the audit line of a call will say beside who, when and how long."""
    found: dict[str, Any] = scope.setdefault("state", {}).setdefault("audit", {})
    return found


async def _sent(send: Any, status: int, kind: Kind, body: Any, facts: Mapping[str, Any]) -> None:
    headers = [(b"content-type", kind.value.encode())]
    if facts:
        headers.append((b"drgsim-facts", fact_header(facts)))
    if isinstance(body, bytes):
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return
    with body:
        size = body.seek(0, 2)
        body.seek(0)
        headers.append((b"content-length", str(size).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        while part := body.read(_CHUNK):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
