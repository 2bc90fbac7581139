"""What a policy says, kept between single stays: read once for each kind of stay, not once a stay."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from threading import Lock
from typing import Any

import numpy as np

from ...cases.arrays import Labels
from .book import Book, Options
from .groups import Groups, find_groups
from .jurisdiction import Jurisdiction
from .profiles import find_profiles
from .stays import Stays

_LABELS = (
    "insurance",
    "hospital_level",
    "hospital_id",
    "registration",
    "insured_region",
    "care_region",
    "aid_class",
)
_MOST = 512  # kinds of stay that are kept; of one hospital there are a few dozen


def read_book(stays: Stays, place: Jurisdiction, options: Options) -> Book:
    """A policy as these stays ask it."""
    reading = place.policy.reading()
    groups = find_groups(stays.groups(), place.weights)
    trail = {"profiles": reading}
    profiles = find_profiles(stays, reading)
    return Book(reading, profiles, groups, place.policy.method or "ffs", options, trail)


class KeptBooks:
    """Books of single stays under one policy and one weight table; threads share it.

    A book differs between stays by their profile (insurance, level, region …) and by their group. One is kept
    for each profile, over all the groups that may come (`groups`); of it a stay takes its own group.
    """

    def __init__(self, groups: Iterable[str]) -> None:
        names = tuple(dict.fromkeys(groups))
        self._place = {name: place for place, name in enumerate(names)}
        self._every = Labels(np.arange(len(names), dtype=np.int32), names)
        self._books: OrderedDict[Any, Book] = OrderedDict()
        self._of: tuple[Any, ...] = ()
        self._lock = Lock()

    def book(self, stays: Stays, place: Jurisdiction, options: Options) -> Book:
        """The book of one stay; read anew where its group is none of those that were foreseen."""
        own = stays.groups()
        at = self._place.get(own.names[own.codes[0]]) if own.codes[0] >= 0 else None
        if at is None:
            return read_book(stays, place, options)
        key = self._key(stays, place, options)
        with self._lock:
            of = place.policy, place.weights
            if not self._of or any(one is not other for one, other in zip(of, self._of, strict=True)):
                self._of = of  # another policy, or the same read again
                self._books.clear()
            book = self._books.get(key)
            if book is not None:
                self._books.move_to_end(key)
        if book is None:
            book = replace(read_book(stays, place, options), groups=find_groups(self._every, place.weights))
            with self._lock:
                self._books[key] = book
                if len(self._books) > _MOST:
                    self._books.popitem(last=False)
        return replace(book, groups=_taken(book.groups, at))

    @staticmethod
    def _key(stays: Stays, place: Jurisdiction, options: Options) -> Any:
        words = []
        for name in _LABELS:
            found = stays.labels(name)
            words.append(found.names[found.codes[0]] if found.codes[0] >= 0 else None)
        minor = place.policy.number("benefit.resident.minor_age") or 0
        young = bool(stays.number("age")[0] < minor)
        retired = bool(stays.number("retired")[0] > 0)
        return place.region, options.without, *words, young, retired


def _taken(groups: Groups, at: int) -> Groups:
    """The same groups, the one stay being in the one at this place."""
    return replace(groups, of=np.array([at], dtype=np.int32))
