"""Errors as the service tells them: the product's own parts, a status of HTTP, never a traceback."""

from __future__ import annotations

import logging
from typing import Any

from ..errors import DrgsimError, MissingExtraError, NotFoundError
from ..language import in_chinese

_SHOWN = 40  # values listed of what is allowed
_LONGEST = 300  # characters of one value
_log = logging.getLogger("drgsim.web")


class ServiceError(DrgsimError):
    """What the service itself refuses: too large, too often, too slow, not allowed."""

    code = "DS820"
    status = 400


class TooLargeError(ServiceError):
    """A body or a batch above the limit."""

    code = "DS821"
    status = 413


class TokenNeededError(ServiceError):
    """The call did not bring the token."""

    code = "DS822"
    status = 401


class TooManyError(ServiceError):
    """More calls of one address than the limit."""

    code = "DS823"
    status = 429


class TooSlowError(ServiceError):
    """A client that sends too slowly, or a call that took too long."""

    code = "DS824"
    status = 503


class WrongHostError(ServiceError):
    """A call for a host that this service is not: a page elsewhere may be behind it."""

    code = "DS825"
    status = 421


class MediaTypeError(ServiceError):
    """A body, or an answer asked for, of a kind the service does not speak."""

    code = "DS826"
    status = 415


class NoSuchCallError(ServiceError):
    """No such path, or not by this method."""

    code = "DS827"
    status = 404


def status_of(error: DrgsimError) -> int:
    """The status of HTTP for an error."""
    if isinstance(error, ServiceError):
        return error.status
    if isinstance(error, MissingExtraError):
        return 501
    return 404 if isinstance(error, NotFoundError) else 400


def told(error: DrgsimError) -> dict[str, Any]:
    """The error as data: code, message (and in Chinese: zh), what was got, allowed, where, to do, nearest."""
    parts = {name: getattr(error, name, None) for name in ("got", "allowed", "where", "do", "nearest")}
    zh = in_chinese(error.message)
    return {"code": error.code, "message": error.message, "zh": zh} | {
        name: _shown(value) for name, value in parts.items() if value is not None
    }


def unexpected(error: BaseException) -> dict[str, Any]:
    """What is told of an error nobody meant. Its message may quote a case: only its kind is told."""
    trace, where = error.__traceback__, "?"
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.startswith("drgsim"):
            where = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    _log.error("%s at %s", type(error).__name__, where)
    return {
        "code": "DS820",
        "message": "这次调用失败了 the call failed",
        "where": type(error).__name__,
        "do": "report it with the case made smaller; the service goes on",
    }


def _shown(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset) or hasattr(value, "keys"):
        listed = [_shown(each) for each in list(value)]
        more = len(listed) - _SHOWN
        return [*listed[:_SHOWN], f"… {more} more"] if more > 0 else listed
    text = str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
