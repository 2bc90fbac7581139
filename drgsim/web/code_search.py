"""Codes by code, Chinese words or pinyin initials, while somebody types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..codes import Catalogue
from ..codes.search import places
from ..errors import ArgumentError

KINDS = ("diagnosis", "procedure")
MOST_FOUND = 50
OPTIONS = ("text", "kind", "most")


def find_codes(options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """code, name, gray of the codes found, best first; none for no text.

    >>> find_codes({"text": "dnjs", "most": 1})
    [{'code': 'K80.200x003', 'name': '胆囊结石', 'gray': False}]
    """
    for name in options:
        if name not in OPTIONS:
            raise ArgumentError("no such option", got=str(name)[:60], allowed=OPTIONS, nearest=OPTIONS)
    kind, text = options.get("kind", "diagnosis"), options.get("text", "")
    if kind not in KINDS:
        raise ArgumentError("no such catalogue", got=str(kind)[:60], allowed=KINDS, nearest=KINDS)
    if not isinstance(text, str):
        raise ArgumentError("text is a text", got=type(text).__name__)
    catalogue = Catalogue.load(kind)
    return [
        {"code": catalogue.codes[row], "name": catalogue.names[row], "gray": bool(catalogue.gray[row])}
        for row in places(catalogue, text, _number(options.get("most", 20)))
    ]


def _number(given: Any) -> int:
    if isinstance(given, int) and not isinstance(given, bool):
        number = given
    elif isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 9:
        number = int(given)
    else:
        number = 0
    if number < 1:
        raise ArgumentError("most is a whole number", got=str(given)[:20], allowed=f"1 to {MOST_FOUND}")
    return min(number, MOST_FOUND)
