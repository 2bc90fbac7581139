"""JSON cases: settlement lists as the interface sends them, or plain objects, in an array or one a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .case_errors import UnreadableFileError
from .child_sheets import Sheet, joined_rows, key_places, lost_rows
from .nodes import Item, Node
from .problems import Finding
from .raw_table import RawChunk
from .text_file import TextFile

_HEAD = "setlinfo"  # the node that holds a settlement list's single fields
_WRAPPERS = ("input", "output", "data", "list", "records", "rows", "result")


class JsonTable:
    """The cases of a JSON file as text columns, already in memory."""

    def __init__(self, path: Path, nodes: Mapping[str, Node]) -> None:
        self.name = path.name
        self._nodes = nodes
        self.notes: list[str] = []
        self._findings: list[tuple[int, str, str, str]] = []
        self._whole: list[Finding] = []
        cases = _cases(path, self.notes)
        self._rows = [self._flat(place, case) for place, case in enumerate(self._stays(cases))]
        self._names = list(dict.fromkeys(name for row in self._rows for name in row))

    def preview(self) -> Sequence[list[str]]:
        return [self._names]

    def sample(self, rows: int) -> Sequence[list[str]]:
        return [[row.get(name) or "" for name in self._names] for row in self._rows[:rows]]

    def chunks(self, header_row: int, positions: Sequence[int], rows: int) -> Iterator[RawChunk]:
        import pandas as pd

        for start in range(0, len(self._rows), rows):
            block = self._rows[start : start + rows]
            columns = {
                place: pd.Series([row.get(self._names[place]) for row in block]) for place in positions
            }
            found = self._found(start, start + len(block)) + ([] if start else self._whole)
            yield RawChunk(columns, len(block), found)

    def _found(self, start: int, stop: int) -> list[Finding]:
        return [
            Finding(rule, column, np.array([row - start]), got)
            for row, rule, column, got in self._findings
            if start <= row < stop
        ]

    def _stays(self, cases: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for case in cases:
            if isinstance(case.get(_HEAD), list):
                yield from stays_of_tables(case, self._whole)
            else:
                yield case

    def _flat(self, place: int, case: Mapping[str, Any]) -> dict[str, str | None]:
        head = case.get(_HEAD)
        fields = {**case, **head} if isinstance(head, Mapping) else dict(case)
        fields.pop(_HEAD, None)
        row: dict[str, str | None] = {}
        for given, value in fields.items():
            name = node if (node := given.casefold()) in self._nodes else given
            if name in self._nodes:
                cells, found = self._nodes[name].columns(name, _items(value))
                row.update(cells)
                self._findings.extend((place, *finding) for finding in found)
            else:
                row[name] = _text(value)
        return row


def stays_of_tables(document: Mapping[str, Any], told: list[Finding] | None = None) -> list[dict[str, Any]]:
    """One object a stay from tables side by side (`setlinfo` and its lists as arrays), joined by their
    numbers; rows that belong to no stay are added to what is `told`."""
    heads = document.get(_HEAD)
    stays: list[dict[str, Any]] = [{_HEAD: dict(head)} for head in heads or () if isinstance(head, Mapping)]
    keyed = [_keyed(stay[_HEAD]) for stay in stays]
    for name, value in document.items():
        if (node := name.casefold()) == _HEAD or not isinstance(value, list):
            continue
        given = [dict(item) for item in value if isinstance(item, Mapping)]
        sheet = Sheet(name, node, 0, {}, {}, given, list(map(_keyed, given)), list(range(1, len(given) + 1)))
        join = joined_rows(keyed, sheet)
        if told is not None:
            told += lost_rows(sheet, join)
        for place, stay in enumerate(stays):
            stay[node] = [given[row] for row in np.flatnonzero(join == place).tolist()]
    return stays


# escapes of JSON: what stands as it is (a backslash, a whole pair), or half a pair
_HALF = re.compile(r"(\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def _cases(path: Path, notes: list[str]) -> list[Mapping[str, Any]]:
    with TextFile.examine(path).open() as stream:
        text = stream.read().strip()
    escaped = "\\ud" in text or "\\uD" in text
    halves = sum(found[1] is None for found in _HALF.finditer(text)) if escaped else 0
    if halves:  # nothing can hold or write them
        text = _HALF.sub(lambda found: found[1] or "\\ufffd", text)
        notes.append(f"{halves:,} halves of signs (lone surrogates) in the JSON were read as U+FFFD")
    try:
        document = json.loads(text, parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        document = _lines(text, path, error)
    except RecursionError as error:
        raise _not_cases(path, "the JSON is nested too deeply") from error
    while isinstance(document, Mapping) and _HEAD not in map(str.casefold, document):
        inner = next(
            (document[key] for key in _WRAPPERS if isinstance(document.get(key), Mapping | list)), None
        )
        if inner is None:
            break
        document = inner
    cases = [document] if isinstance(document, Mapping) else document
    if not isinstance(cases, list) or not cases or not all(isinstance(case, Mapping) for case in cases):
        raise _not_cases(path, "the JSON holds no cases")
    return [_plain_head(_unwrapped(case)) for case in cases]


def _lines(text: str, path: Path, error: json.JSONDecodeError) -> list[Any]:
    """One JSON object a line."""
    try:
        return [
            json.loads(line, parse_float=str, parse_int=str) for line in text.splitlines() if line.strip()
        ]
    except json.JSONDecodeError:
        raise _not_cases(path, f"the JSON is damaged or cut short near line {error.lineno:,}") from error


def _unwrapped(case: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = case.get("input")
    return inner if isinstance(inner, Mapping) else case


def _plain_head(case: Mapping[str, Any]) -> Mapping[str, Any]:
    """With `setlinfo` as it is written here, however the source writes it (SETLINFO)."""
    return {_HEAD if key.casefold() == _HEAD else key: value for key, value in case.items()}


def _keyed(fields: Mapping[str, Any]) -> dict[str, str]:
    """The numbers that name the stay."""
    names = list(fields)
    found = {key: fields[names[place]] for key, place in key_places(names).items()}
    texts = {key: str(value).strip() for key, value in found.items() if isinstance(value, str | int | float)}
    return {key: text for key, text in texts.items() if text}


def _items(value: Any) -> list[Item]:
    items = value if isinstance(value, list) else [value]
    return [
        {str(key).casefold(): _text(cell) for key, cell in item.items()}
        for item in items
        if isinstance(item, Mapping)
    ]


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and not any(isinstance(item, list | Mapping) for item in value):
        return "|".join("" if item is None else str(item) for item in value)
    return str(value) if isinstance(value, bool) else None


def _not_cases(path: Path, message: str) -> UnreadableFileError:
    return UnreadableFileError(
        message, where=path.name, do="give one settlement list, an array of them, or one object a line"
    )
