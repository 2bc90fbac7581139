"""Codes of a catalogue by how they begin."""

from __future__ import annotations

from bisect import bisect_left

from ..codes import Catalogue, Kind

_AFTER_ALL = "\uffff"  # sorts after every character of a code


def with_prefix(kind: Kind, prefix: str) -> tuple[str, ...]:
    """The codes that begin with `prefix`, in their order."""
    codes = Catalogue.load(kind).codes
    return codes[bisect_left(codes, prefix) : bisect_left(codes, prefix + _AFTER_ALL)]
