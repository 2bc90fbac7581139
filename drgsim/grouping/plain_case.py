"""One case of plain numbers and code texts, encoded without a table in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

import numpy as np

from ..cases import case_column
from ..cases.typed_case import known_values
from ..codes import Codebook, CodeLists
from ..codes.code_lists import EMPTY
from ..codes.pieces import kept
from .encoded import Books, Departments, EncodedCases
from .inputs import DEPARTMENT
from .numbers import COLUMNS, LARGEST, problems_of

_MOST_DROPPED = 255
_KNOWN = {name: frozenset(map(int, values)) for name, values in known_values().items() if name in COLUMNS}
_WHOLE = {name: case_column(name).kind == "whole" for name in COLUMNS}


def encode_plain(case: Mapping[str, Any], books: Books, columns: Sequence[str]) -> EncodedCases | None:
    """The case as `inputs.encode_table` would encode it; None for one whose values are not so plain.

    Plain are numbers, None and NaN in columns of numbers; a text or a list of texts for codes; a text for the
    department. `columns` are the numbers that the scheme asks for.
    """
    if "sex" not in case or "age" not in case or "diagnoses" not in case:
        return None
    lists = []
    for name, book in zip(("diagnoses", "procedures"), books, strict=True):
        codes = code_pieces(case.get(name))
        if codes is None:
            return None
        lists.append(_encoded(codes, book))
    numbers, unreadable = {}, {}
    for name in columns:
        if name not in case:
            continue
        value = case[name]
        if value is None:
            value = np.nan
        elif type(value) is not int and type(value) is not float:
            return None
        elif name in _KNOWN and value not in _KNOWN[name]:
            return None  # what is no value of the column is for the reader to tell
        bad = not isnan(value) and (
            abs(value) >= LARGEST or (_WHOLE[name] and value != int(value)) or (name != "age" and value < 0)
        )
        numbers[name] = np.array([np.nan if bad else value], dtype=np.float32)
        unreadable[name] = np.array([bad])
    departments = None
    for name in DEPARTMENT:
        if name in case:
            stated = case[name]
            if stated is not None and type(stated) is not str:
                return None
            word = (stated or "").strip()
            place = np.array([0 if word else -1], dtype=np.int32)
            departments = Departments(place, (word,) if word else ())
            break
    diagnoses, procedures = lists
    return EncodedCases(books, diagnoses, procedures, numbers, problems_of(numbers, unreadable), departments)


def code_pieces(cell: Any) -> list[str] | None:
    """The texts of a cell of codes, empty ones included; None for what is no plain text or list of texts."""
    if cell is None:
        return []
    if type(cell) is str:
        return cell.split("|") if cell else []
    if type(cell) not in (list, tuple) or not all(type(code) is str for code in cell):
        return None
    return [] if list(cell) == [""] else list(cell)


def _encoded(pieces: list[str], book: Codebook) -> CodeLists:
    codes = kept(pieces)
    ids = [book.id_of(code) if code or place else EMPTY for place, code in enumerate(codes)]
    dropped = min(len(pieces) - len(codes), _MOST_DROPPED)
    return CodeLists(
        np.array(ids, dtype=np.int32),
        np.array([0, len(ids)], dtype=np.int64),
        np.array([dropped], dtype=np.uint8),
    )
