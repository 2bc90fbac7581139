"""The words of the field, once each, in Chinese and English (`data/words.csv`, shown by `docs/glossary.md`).

An id is a name (`total_cost`), or a name in a room or kind where it means something of its own
(`settlement.reserve`, `route.per_diem`); the own meaning is taken before the general one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ._paths import data_path
from .errors import NotFoundError, nearest_name
from .language import said_in_english, stated_language

if TYPE_CHECKING:
    import pandas as pd

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


# columns whose cells are ids, and the kind of their words ("" where an id is a word of its own)
_CELLS = {
    "state": "trust", "trust": "trust", "pot": "", "insurance": "", "scheme": "", "measure": "", "fund": "",
    "of": "table", "place": "table",
}  # fmt: skip
_LABELS = {"zh": "说明", "en": "label"}  # a column of sentences
_OF_YEAR = re.compile(r"(.+)_(\d{2,4})")  # months_2030


def in_words(table: pd.DataFrame, room: str = "") -> pd.DataFrame:
    """A table for a reader: its columns, and the ids in them, in the language somebody asked for.

    What stands there in Chinese and English stands there once. Unchanged where nobody asked for a language,
    and where a name is no word.
    """
    asked = stated_language()
    if asked is None:
        return table
    own, other = ("zh", "en") if asked == "zh" else ("en", "zh")
    names = [str(name) for name in table.columns]
    twice = {f"{name.removesuffix(own)}{other}" for name in names if re.search(rf"(^|_){own}$", name)}
    shown = table[[name for name in table.columns if str(name) not in twice]].copy()
    for name in shown.columns:
        kind = _CELLS.get(str(name))
        if kind is not None and shown[name].dtype.kind == "O":
            shown[name] = shown[name].map(lambda cell, kind=kind: _said(cell, kind or room, asked))
    shown.columns = [_LABELS.get(str(name)) or _said(name, room, asked) for name in shown.columns]
    shown.index.names = [None if name is None else _said(name, room, asked) for name in shown.index.names]
    return shown


@cache
def _english() -> dict[str, str]:
    """The English of each Chinese word; of one that stands for several the first."""
    found: dict[str, str] = {}
    for each in words().values():
        found.setdefault(each.zh, each.en)
    return found


def title_in(text: str) -> str:
    """A header or the name of a sheet, an id or Chinese, in the language somebody asked for; else as it is.

    >>> title_in("说不上来")
    '说不上来'
    """
    asked = stated_language()
    if asked is None:
        return text
    if asked == "en":
        return _english().get(text) or said_in_english(text) or text
    return str(_said(text, "", asked))


def cells_in(cells: list[object]) -> list[object]:
    """Cells that are words or sentences of ours, in English for who asked for English; else as they are."""
    if stated_language() != "en":
        return cells
    known = _english()
    return [
        known.get(cell) or said_in_english(cell) or cell
        if isinstance(cell, str) and not cell.isascii()
        else cell
        for cell in cells
    ]


def _said(name: object, room: str, lang: str) -> object:
    known = words()
    found = known.get(f"{room}.{name}") or known.get(f"table.{name}") or known.get(str(name))
    if found is not None:
        return found.zh if lang == "zh" else found.en
    dated = _OF_YEAR.fullmatch(str(name))
    if dated is not None and (of := _said(dated[1], room, lang)) != dated[1]:
        return f"{of} {dated[2]}"
    return name
