"""Single stays priced one by one: a book kept for each kind of stay, and a table of one row."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd

from ...cases.arrays import LARGEST, READERS, Amounts, Ints, Labels
from ...cases.fen import to_fen
from .book import Book, Options
from .jurisdiction import Jurisdiction
from .profiles import Groups, find_groups, find_profiles
from .stays import Key, Stays

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


_NONE = np.broadcast_to(np.int64(0), 1)
_UNKNOWN = np.broadcast_to(np.False_, 1)
_FIRST = np.zeros(1, np.int32)
_MISSING = np.full(1, -1, np.int32)
_NAN = np.full(1, np.nan)
for _shared in (_FIRST, _MISSING, _NAN):
    _shared.flags.writeable = False


class OneStay(Stays):
    """A stay in the columns of the case table, its group among them.

    Columns of plain values (numbers, texts, moments, None) are read without pandas and give what reading
    `pd.DataFrame([case])` gives; what is not plain, and what asks for `frame`, goes that way.
    """

    def __init__(self, case: Mapping[str, Any], group_column: str = "drg") -> None:
        self._case = dict(case)
        self.group_column = group_column
        self.rows: Ints | None = None
        self._of = None
        self._kept: dict[Key, Any] = {}

    @cached_property
    def frame(self) -> pd.DataFrame:  # type: ignore[override]
        """The stay as a table of one row."""
        return pd.DataFrame([self._case])

    def __len__(self) -> int:
        return 1

    def __contains__(self, column: str) -> bool:
        return column in self._case

    def ids(self, rows: Ints) -> Any:
        if "case_id" not in self._case:
            return np.asarray(rows).astype(object)
        return np.array([self._case["case_id"]], dtype=object)[rows]

    def replaced(self, columns: Mapping[str, Any], *, group_column: str | None = None) -> Stays:
        """As of any stays; nothing is kept, for what was read of one stay is read again as soon."""
        return Stays(self.frame.assign(**columns), group_column or self.group_column)

    def _column(self, kind: str, column: str) -> Any:
        found = self._kept.get((kind, column))
        if found is None:
            found = self._kept[kind, column] = self._read(kind, column)
        return found

    def _keep(self, key: Key, find: Callable[[], Any]) -> Any:
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = find()
        return found

    def _read(self, kind: str, column: str) -> Any:
        found = _PLAIN[kind](self._case.get(column))
        return READERS[kind](self.frame, column) if found is None else found


def _money(value: Any) -> Amounts | None:
    if value is None:
        return Amounts(_NONE, _UNKNOWN)
    if type(value) not in (int, float):
        return None
    if not abs(value) < LARGEST:  # NaN too
        return Amounts(_NONE, _UNKNOWN)
    return Amounts(to_fen(np.array([value], dtype=np.float64)), None)


def _number(value: Any) -> Any:
    if value is None:
        return _NAN
    return np.array([value], dtype=np.float64) if type(value) in (int, float, bool) else None


def _labels(value: Any) -> Labels | None:
    if value is None:
        return Labels(_MISSING, ())
    return Labels(_FIRST, (str(value),)) if type(value) in (int, str) else None


def _first_code(value: Any) -> Labels | None:
    if value is None:
        return Labels(_MISSING, ())
    return Labels(_FIRST, (value.partition("|")[0],)) if type(value) is str else None


def _days(value: Any) -> Any:
    if value is None:
        return _NAN
    if type(value) is not datetime or value.tzinfo is not None:
        return None
    return np.array([np.datetime64(value, "D").astype(np.int64)], dtype=np.float64)


_PLAIN = {"money": _money, "number": _number, "labels": _labels, "first_codes": _first_code, "days": _days}
