"""One case as a mapping that needs no reading: every value is of its column's own type and spelling."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from .._paths import data_path
from ..codes import Catalogue
from .columns import CaseColumn, case_columns

FURTHER = ("drg", "dip_code", "score")  # what a grouper has found already
_ISO = 10  # characters of a day
_LARGEST = 2**31


def typed_case(case: Mapping[str, Any]) -> dict[str, Any] | None:
    """The case with lists joined by `|`, or None where reading it (`read_cases`) has something to do or tell.

    That is so for a key that is no column, a text where a number belongs, a word or code that is not spelt
    as the catalogues spell it, a day that is not ISO. Missing values stay missing.

    >>> typed_case({"sex": 1, "diagnoses": ["K80.101", "I50.900"]})
    {'sex': 1, 'diagnoses': 'K80.101|I50.900'}
    >>> typed_case({"sex": "男"}) is None, typed_case({"diagnoses": "k80.101"}) is None
    (True, True)
    """
    takers = _takers()
    found: dict[str, Any] = {}
    for name, cell in case.items():
        take = takers.get(name)
        if take is None:
            return None
        if cell is None:
            found[name] = None
            continue
        taken = take(cell)
        if taken is None:
            return None
        found[name] = taken
    return found


@cache
def known_values() -> Mapping[str, frozenset[str]]:
    """Column → the values it may have, for columns of coded values (`data/cases/values.csv`)."""
    words: dict[str, set[str]] = {}
    with data_path("cases", "values.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words.setdefault(row["column"], set()).add(row["value"])
    return {column: frozenset(values) for column, values in words.items()}


@cache
def _takers() -> Mapping[str, Callable[[Any], Any]]:
    words = known_values()
    takers = {name: _taker(column, words.get(name)) for name, column in case_columns().items()}
    return {**takers, "drg": _text, "dip_code": _text, "score": _number}


def _taker(column: CaseColumn, words: frozenset[str] | None) -> Callable[[Any], Any]:
    if column.kind == "codes":
        return _codes("procedure" if column.name == "procedures" else "diagnosis")
    if column.kind == "whole":
        known = None if words is None else frozenset(map(int, words))
        return lambda cell: _whole(cell, known)
    if column.kind == "text" and words is not None:
        return lambda cell: cell if isinstance(cell, str) and cell in words else None
    kinds = {"text": _text, "decimal": _number, "money": _number, "flag": _flag, "date": _day, "list": _list}
    return kinds[column.kind]


def _text(cell: Any) -> str | None:
    return cell if isinstance(cell, str) and cell == cell.strip() and cell else None


def _flag(cell: Any) -> bool | None:
    return cell if isinstance(cell, bool) else None


def _number(cell: Any) -> float | int | None:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    return cell if abs(cell) < 1e12 else None


def _whole(cell: Any, known: frozenset[int] | None) -> int | None:
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not 0 <= cell < _LARGEST:
        return None
    if cell != int(cell) or (known is not None and int(cell) not in known):
        return None
    return int(cell)


def _day(cell: Any) -> datetime | None:
    if not isinstance(cell, str):
        return None
    try:
        found = datetime.fromisoformat(cell) if len(cell) > _ISO else _midnight(date.fromisoformat(cell))
    except ValueError:
        return None
    return found if found.tzinfo is None and found.year > 1900 else None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def _codes(kind: Any) -> Callable[[Any], str | None]:
    def take(cell: Any) -> str | None:
        codes = cell.split("|") if isinstance(cell, str) else cell
        if not isinstance(codes, list | tuple):
            return None
        known = Catalogue.load(kind)
        if cell and not all(isinstance(code, str) and code in known for code in codes):
            return None
        return cell if isinstance(cell, str) else "|".join(codes)

    return take


def _list(cell: Any) -> str | None:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, list | tuple) and all(isinstance(one, str) and "|" not in one for one in cell):
        return "|".join(cell)
    return None
