"""The codes in use that may take the place of a retired or unknown one: those of its own category."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from functools import cache, lru_cache

from .catalogue import Catalogue, Kind

_LENGTHS: dict[Kind, tuple[int, ...]] = {"diagnosis": (5, 3), "procedure": (5, 4, 2)}  # subcategory, category


@lru_cache(maxsize=1 << 16)
def codes_in_use(code: str, kind: Kind, *, most: int = 6) -> tuple[str, ...]:
    """At most `most` codes in use under the subcategory of `code`, else under its category.

    Those whose names are most like its own come first; a code in use has none, and one that shares no
    category with the catalogue has none either. A proposal only: the record decides which one is documented.

    >>> codes_in_use("M17.100", "diagnosis"), codes_in_use("M17.101", "diagnosis")
    (('M17.101',), ())
    """
    catalogue = Catalogue.load(kind)
    place = catalogue.id_of(code)
    if place >= 0 and not catalogue.gray[place]:
        return ()
    for length in _LENGTHS[kind]:
        if len(code) >= length and (near := _under(kind, code[:length])):
            name = catalogue.names[place] if place >= 0 else ""
            return tuple(sorted(near, key=lambda other: -_likeness(name, catalogue.name_of(other)))[:most])
    return ()


@cache
def _under(kind: Kind, prefix: str) -> tuple[str, ...]:
    """The codes in use that begin so, in their order."""
    catalogue = Catalogue.load(kind)
    codes = catalogue.codes
    start, stop = bisect_left(codes, prefix), bisect_left(codes, prefix + "\uffff")
    return tuple(codes[place] for place in range(start, stop) if not catalogue.gray[place])


def _likeness(name: str, other: str) -> float:
    return difflib.SequenceMatcher(None, name, other, autojunk=False).ratio() if name else 0.0
