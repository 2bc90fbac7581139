"""The words of the field, once each, in Chinese and English (`data/words.csv`, shown by `docs/glossary.md`).

An id is a name (`total_cost`), or a name in a room or kind where it means something of its own
(`settlement.reserve`, `route.per_diem`); the own meaning is taken before the general one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from enum import Enum
from functools import cache
from typing import NamedTuple, TypeVar

from ._paths import data_path
from .errors import NotFoundError, nearest_name

E = TypeVar("E", bound=Enum)


class Word(NamedTuple):
    """A row of `data/words.csv`; `short` and the definitions are empty where the word says enough."""

    id: str
    zh: str
    en: str
    short: str
    definition: str
    definition_zh: str


@cache
def words() -> dict[str, Word]:
    """Every word by its id."""
    with data_path("words.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: Word(**row) for row in csv.DictReader(file)}


def word(name: str, room: str = "") -> Word:
    """The word of that name, in the sense of `room` where it has one.

    Raises NotFoundError for a name that is no word.

    >>> word("reserve").zh, word("reserve", "settlement").zh
    ('累计结余', '调剂金')
    """
    known = words()
    found = known.get(f"{room}.{name}") or known.get(name)
    if found is None:
        raise NotFoundError(
            "no such word in data/words.csv",
            got=name,
            allowed=nearest_name(name, known) or "the ids of the file",
        )
    return found


def headers(*names: str, room: str = "") -> dict[str, str]:
    """The Chinese headers of columns, in that order.

    >>> headers("case_id", "fund")
    {'case_id': '病案号', 'fund': '统筹基金'}
    """
    return {name: word(name, room).zh for name in names}


def named(*names: str, room: str = "") -> dict[str, tuple[str, str]]:
    """The words of these names, each in Chinese and in English.

    >>> named("fund")
    {'fund': ('统筹基金', 'basic fund')}
    """
    return {name: word(name, room)[1:3] for name in names}


def pairs(kind: str) -> dict[str, tuple[str, str]]:
    """The words of a kind by their names, each in Chinese and in English.

    >>> pairs("severity")["hint"]
    ('提示', 'hint')
    """
    start = f"{kind}."
    return {
        id.removeprefix(start): (each.zh, each.en) for id, each in words().items() if id.startswith(start)
    }


def chinese(kind: str) -> dict[str, str]:
    """The words of a kind by their names, in Chinese."""
    return {name: zh for name, (zh, _) in pairs(kind).items()}


def members(kind: str, enum: Iterable[E]) -> dict[E, tuple[str, str]]:
    """The words of a kind for each member of an enumeration, by its name in small letters."""
    known = pairs(kind)
    return {each: known[each.name.lower()] for each in enum}
