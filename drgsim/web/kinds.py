"""Content negotiation: in which form a body comes, and in which its answer is wanted."""

from __future__ import annotations

from enum import Enum

from .told import MediaTypeError


class Kind(Enum):
    """A form of cases and answers; its value is the media type answers carry."""

    JSON = "application/json"
    NDJSON = "application/x-ndjson"
    ARROW = "application/vnd.apache.arrow.stream"
    CSV = "text/csv"


_NAMES = {
    "application/json": Kind.JSON,
    "text/json": Kind.JSON,
    "application/x-ndjson": Kind.NDJSON,
    "application/ndjson": Kind.NDJSON,
    "application/jsonl": Kind.NDJSON,
    "application/x-jsonlines": Kind.NDJSON,
    "application/vnd.apache.arrow.stream": Kind.ARROW,
    "text/csv": Kind.CSV,
}
_ANSWERS = (Kind.JSON, Kind.NDJSON, Kind.ARROW)
STREAMS = (Kind.NDJSON, Kind.ARROW)


def body_kind(content_type: str) -> Kind:
    """The form of a body. A body that names none is JSON; a form of a web page is refused.

    >>> body_kind("application/json; charset=utf-8").name
    'JSON'
    """
    name = content_type.partition(";")[0].strip().lower()
    if not name:
        return Kind.JSON
    if name in _NAMES:
        return _NAMES[name]
    raise MediaTypeError(
        "cases do not come in this form", got=name[:60], allowed=list(_NAMES), do="name it in content-type"
    )


def answer_kind(accept: str, body: Kind) -> Kind:
    """The form the answer is wanted in: the first named that there is, else that of the body.

    >>> answer_kind("application/x-ndjson, */*;q=0.9", Kind.JSON).name
    'NDJSON'
    """
    own = body if body in _ANSWERS else Kind.JSON
    if not accept:
        return own
    wanted = []
    for place, part in enumerate(accept.split(",")):
        name, _, parameters = part.strip().lower().partition(";")
        wanted.append((-_quality(parameters), place, name.strip()))
    for quality, _, name in sorted(wanted):
        if quality == 0:
            continue
        if name in ("*/*", "application/*"):
            return own
        kind = _NAMES.get(name)
        if kind in _ANSWERS:
            return kind
    raise MediaTypeError(
        "there is no answer in this form",
        got=accept[:100],
        allowed=[kind.value for kind in _ANSWERS],
        do="name one of them in accept, or leave it out",
    )


def _quality(parameters: str) -> float:
    for each in parameters.split(";"):
        name, _, value = each.strip().partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
