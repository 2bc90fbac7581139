"""Lists of a stay on sheets, or in files, of their own (diagnoses, procedures, items, funds, intensive care),
joined to the table of stays by the number of settlement or stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from .columns import case_columns
from .headers import header_key, header_keys, is_elsewhere, schema_keys
from .layouts import known_headers, layouts
from .nodes import Node
from .problems import WHOLE_TABLE, Finding
from .raw_table import RawChunk, RawTable
from .texts import HELD, as_text

KEYS = ("settlement_id", "stay_id", "case_id")  # what may name the stay, the surest first
_OF_THE_STAY = ("sex", "age", "age_days", "birth_date", "admission_date", "discharge_date", "insurance")
_ALL = 1 << 40  # rows
_SHOWN = 5
_HEADS = 3  # rows below a header that may belong to it


@dataclass(slots=True)
class Sheet:
    """A sheet of a list: where its fields and the numbers of the stay stand, and its rows.

    `items` has the fields of each row, `numbers` what names its stay, `at` the row of the sheet, `bad` what
    is wrong with single cells.
    """

    name: str
    node: str
    header_row: int
    fields: Mapping[str, int]
    keys: Mapping[str, int]
    items: list[dict[str, str | None]] = field(default_factory=list)
    numbers: list[dict[str, str]] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    as_number: list[bool] = field(default_factory=list)
    bad: dict[int, list[tuple[str, str, str]]] = field(default_factory=dict)


def is_list(name: str, nodes: Mapping[str, Node]) -> bool:
    """Whether a file of this name (without its ending) holds a list of stays that stand in another file."""
    title = header_key(name)
    return not is_elsewhere(title) and any(_is_named(title, *each) for each in nodes.items())


def is_of_others(name: str) -> bool:
    """Whether a sheet or file of this name holds codes of something else (outpatient diagnoses …)."""
    return is_elsewhere(header_key(name))


def not_of_the_stay(name: str) -> str:
    """What is told of such a sheet or file."""
    return f"NOT READ: {name!r} holds codes that are none of the stay's own, by its name"


_LOST = {-1: "child-without-stay", -2: "child-of-several-stays", -3: "child-without-number"}


def lost_rows(sheet: Sheet, join: Any) -> list[Finding]:
    """What is told of the rows that belong to no stay, by why; a row is named by its place in the sheet."""
    found = []
    for mark, rule in _LOST.items():
        at = [sheet.at[row] for row in np.flatnonzero(join == mark).tolist()]
        shown = ", ".join(map(str, at[:_SHOWN])) + (" …" if len(at) > _SHOWN else "")
        found += [Finding(rule, "", WHOLE_TABLE, f"{sheet.name}: {len(at)} ({shown})")] if at else []
    return found


def role_of(table: RawTable, nodes: Mapping[str, Node]) -> Sheet | None:
    """Which list the table is; None for none."""
    title = _key(table)
    if getattr(table, "as_sheet", None) is None or is_elsewhere(title):
        return None
    best: tuple[tuple[bool, int], Sheet] | None = None
    for row, cells in enumerate(table.preview()):
        keys = key_places(cells)
        if not keys:
            continue
        about = sum(
            any(key in _keys_of(name) for cell in cells for key in header_keys(cell)) for name in _OF_THE_STAY
        )
        for name, node in nodes.items():
            named = _is_named(title, name, node)
            if not named and about > 1:
                continue
            fields = _fields(cells, node)
            if not any(all(each in fields for each in needed) for needed in node.essential):
                continue
            rank = (named, len(fields))
            if best is None or rank > best[0]:
                best = (rank, Sheet(title_of(table), name, row, fields, keys))
    return None if best is None else best[1]


def _key(table: RawTable) -> str:
    return header_key(getattr(table, "sheet", None) or Path(table.name).stem)


def _is_named(title: str, name: str, node: Node) -> bool:
    return name in title or title in map(header_key, node.sheets)


def title_of(table: RawTable) -> str:
    return str(getattr(table, "sheet", None) or table.name)


def _fields(cells: Sequence[str], node: Node) -> dict[str, int]:
    """Where the fields of a list stand in a row of headers."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        for key in header_keys(cell):
            for name in node.fields:
                pattern = node.headers.get(name)
                if name not in found and (key == name or (pattern is not None and pattern.fullmatch(key))):
                    found[name] = place
    return found


@cache
def _keys_of(name: str) -> frozenset[str]:
    """Every header key under which a layout has a column of the case table."""
    column = case_columns()[name]
    keys = set(schema_keys(column, ["name", "aliases", "label_zh", "aliases_zh"]))
    for layout in layouts().values():
        if name in layout.columns:
            keys |= set(layout.columns[name].keys)
    return frozenset(keys)


def column_of_header(cell: str, names: Iterable[str]) -> str | None:
    """Which of these columns of the case table stands under a header."""
    keys = header_keys(cell)
    return next((name for name in names if any(key in _keys_of(name) for key in keys)), None)


def key_places(cells: Sequence[str]) -> dict[str, int]:
    """Where in a row of headers what may name the stay stands."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        keys = header_keys(cell)
        for name in KEYS:
            if name not in found and any(key in _keys_of(name) for key in keys):
                found[name] = place
    return {name: found[name] for name in KEYS if name in found}


def best_header(table: RawTable) -> int | None:
    """The row of headers of a table of stays; None where no number of the stay is among them."""
    if getattr(table, "as_sheet", None) is None:
        return None
    ranked = [
        (sum(any(map(known_headers, header_keys(cell))) for cell in cells), -row)
        for row, cells in enumerate(table.preview())
        if key_places(cells)
    ]
    return -max(ranked)[1] if ranked else None


def numbers_of(main: RawTable, header_row: int, keys: Mapping[str, int]) -> list[dict[str, str]]:
    """The numbers that name the stay of each row."""
    places = sorted(set(keys.values()))
    rows: list[dict[str, str]] = []
    for chunk in main.chunks(header_row, places, _ALL):
        columns = {name: _cells(chunk, place) for name, place in keys.items()}
        rows += [
            {name: texts[row] for name, texts in columns.items() if texts[row]} for row in range(chunk.rows)
        ]
    return rows


def filled_sheet(table: RawTable, sheet: Sheet, node: Node) -> Sheet:
    """The sheet with its rows: a merged number of the stay holds for all its rows."""
    places = sorted({*sheet.fields.values(), *sheet.keys.values()})
    named = {place: name for name, place in sheet.fields.items()}
    by_key = {place: name for name, place in sheet.keys.items()}
    for chunk in table.chunks(sheet.header_row, places, _ALL):
        texts = {place: _cells(chunk, place) for place in places}
        wrong: dict[int, list[tuple[str, str, str]]] = {}
        for rule, place, row, text in chunk.marks:
            if rule == "cell-below-merge" and (place in by_key or place in named):
                texts[place][row] = text.strip()
            elif place in named:
                wrong.setdefault(row, []).append((rule, f"{sheet.node}.{named[place]}", text))
        code = sheet.fields.get(node.codes or "", -1)
        numeric = chunk.numbers.get(code)
        for row in range(chunk.rows):
            item = {name: texts[place][row] or None for name, place in sheet.fields.items()}
            key = {name: texts[place][row] for name, place in sheet.keys.items() if texts[place][row]}
            if not any(item.values()) or _is_header(sheet, texts, row):
                continue
            if row in wrong:
                sheet.bad[len(sheet.items)] = wrong[row]
            sheet.items.append(item)
            sheet.numbers.append(key)
            sheet.at.append(int(chunk.at[row]) if chunk.at is not None else sheet.header_row + row + 2)
            sheet.as_number.append(numeric is not None and bool(numeric[row]))
    return sheet


def _is_header(sheet: Sheet, texts: Mapping[int, list[str]], row: int) -> bool:
    """Whether a row says in words what the columns hold: a second header, or the header again."""
    cells = [text for column in texts.values() if (text := column[row])]
    if row >= _HEADS and any(sign.isdigit() for cell in cells for sign in cell):
        return False  # below the first rows only words can be a header again
    return bool(cells) and sum(known_headers(header_key(cell)) for cell in cells) * 2 > len(cells)


def _cells(chunk: RawChunk, place: int) -> list[str]:
    texts = as_text(chunk.columns[place]).fillna("").tolist()
    return [_plain(text.strip()) for text in texts]


def _plain(text: str) -> str:
    held = HELD.fullmatch(text)
    return text if held is None else next(part for part in held.groups() if part is not None).strip()


def joined_rows(stays: Sequence[Mapping[str, str]], sheet: Sheet) -> Any:
    """The stay of each row of the sheet: -1 no stay has the number, -2 several stays or different ones by its
    several numbers, -3 the row has no number."""
    known: dict[tuple[str, str], int] = {}
    for place, stay in enumerate(stays):
        for each in stay.items():
            known[each] = place if known.get(each, place) == place else -2
    result = np.full(len(sheet.items), -1, dtype=np.int64)
    for row, numbers in enumerate(sheet.numbers):
        found = {known[each] for each in numbers.items() if each in known}
        sure = found - {-2}
        result[row] = next(iter(sure)) if len(sure) == 1 else -2 if found else -1 if numbers else -3
    return result
