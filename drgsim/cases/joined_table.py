"""A table of stays with the lists of each stay behind its own columns, as if they had been one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .child_sheets import (
    KEYS,
    Sheet,
    best_header,
    filled_sheet,
    is_of_others,
    joined_rows,
    key_places,
    lost_rows,
    not_of_the_stay,
    numbers_of,
    role_of,
    title_of,
)
from .nodes import Item, Node
from .problems import Finding
from .raw_table import RawChunk, RawTable


def with_children(
    tables: Sequence[RawTable], nodes: Mapping[str, Node], among: Sequence[RawTable] | None = None
) -> list[RawTable]:
    """The tables that are no list of another one, each joined with the lists that are there; of files side by
    side, only those `among` the ones given.

    A list is known by the name of its sheet and its headers, or by its headers alone where it says nothing
    else of the stay. Tables without such lists come back as they are.
    """
    roles = {id(table): role_of(table, nodes) for table in tables}
    keyed = [table for table in tables if roles[id(table)] is None and best_header(table) is not None]
    lists = [(table, role) for table in tables if (role := roles[id(table)]) is not None]
    if not keyed or not lists:
        return list(tables if among is None else among)
    children = [filled_sheet(table, role, nodes[role.node]) for table, role in lists]
    others = [table for table in tables if roles[id(table)] is None and table not in keyed]
    own = [table for table in keyed if not is_of_others(title_of(table))] or keyed
    others += [table for table in keyed if table not in own]
    keyed = own
    joined: list[RawTable] = [JoinedTable(table, children, nodes) for table in keyed]
    for table in joined:
        table.notes.extend(
            not_of_the_stay(title_of(other)) for other in others if is_of_others(title_of(other))
        )
    return [*joined, *others]


class JoinedTable:
    """A table of stays with columns `node.field` behind its own, made of the lists of each stay."""

    def __init__(self, main: RawTable, children: Sequence[Sheet], nodes: Mapping[str, Node]) -> None:
        self.main: Any = main
        self.name, self.notes = main.name, list(main.notes)
        self.as_sheet = getattr(main, "as_sheet", False)
        if hasattr(main, "sheet"):
            self.sheet = main.sheet
        header_row = best_header(main)
        assert header_row is not None
        self.header_row = header_row
        self._preview = [list(row) for row in main.preview()]
        self._width = max(map(len, self._preview))
        self.keys = key_places(self._preview[header_row])
        self.stays = numbers_of(main, header_row, self.keys)
        self.joins = {id(sheet): joined_rows(self.stays, sheet) for sheet in children}
        self.children = children
        self._whole: list[Finding] = []
        self._marks: list[tuple[int, str, str, str]] = []
        self._rows = self._columns(nodes)
        codes = {f"{sheet.node}.{nodes[sheet.node].codes}" for sheet in children}
        self._names = list(
            dict.fromkeys(n for row in self._rows for n, text in row.items() if text or n in codes)
        )

    def preview(self) -> Sequence[list[str]]:
        rows = []
        for number, cells in enumerate(self._preview):
            padded = [*cells, *[""] * (self._width - len(cells))]
            if number == self.header_row:
                more = self._names
            else:
                own = self._row(number)
                more = [own.get(name, "") for name in self._names]
            rows.append([*padded, *more])
        return rows

    def chunks(self, header_row: int, positions: Sequence[int], rows: int) -> Iterator[RawChunk]:
        import pandas as pd

        own = [place for place in positions if place < self._width]
        start = header_row + 1
        first = True
        for chunk in self.main.chunks(header_row, own, rows):
            block = [self._row(number) for number in range(start, start + chunk.rows)]
            more = {
                place: pd.Series([row.get(self._names[place - self._width]) for row in block], dtype=object)
                for place in positions
                if place >= self._width
            }
            columns: dict[int, Any] = {place: chunk.columns[place] for place in own} | more
            numbers = dict(chunk.numbers) | {
                place: self._as_number(self._names[place - self._width], start, chunk.rows) for place in more
            }
            found = [*chunk.findings, *self._found(start, chunk.rows), *(self._whole if first else [])]
            yield RawChunk(columns, chunk.rows, found, chunk.index, numbers, at=chunk.at, marks=chunk.marks)
            start += chunk.rows
            first = False

    def _row(self, number: int) -> Mapping[str, str]:
        place = number - self.header_row - 1
        return self._rows[place] if 0 <= place < len(self._rows) else {}

    def _found(self, start: int, rows: int) -> list[Finding]:
        first = start - self.header_row - 1
        grouped: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for place, rule, column, got in self._marks:
            if first <= place < first + rows:
                grouped.setdefault((rule, column), []).append((place - first, got))
        return [
            Finding(rule, column, np.array([row for row, _ in each]), [got for _, got in each])
            for (rule, column), each in grouped.items()
        ]

    def _as_number(self, column: str, start: int, rows: int) -> Any:
        first = start - self.header_row - 1
        held = self._numeric.get(column, set())
        return np.array([place in held for place in range(first, first + rows)], dtype=bool)

    def _columns(self, nodes: Mapping[str, Node]) -> list[dict[str, str]]:
        """The cells that the lists give each stay."""
        rows: list[dict[str, str]] = [{} for _ in self.stays]
        self._numeric: dict[str, set[int]] = {}
        for name in dict.fromkeys(sheet.node for sheet in self.children):
            node = nodes[name]
            of_stay: dict[int, list[Item]] = {}
            for sheet in self.children:
                if sheet.node == name:
                    self._take(sheet, node, of_stay)
            for place in range(len(rows)):
                cells, found = node.columns(name, of_stay.get(place, ()))
                rows[place].update(cells)
                self._marks.extend((place, *each) for each in found)
        return rows

    def _take(self, sheet: Sheet, node: Node, of_stay: dict[int, list[Item]]) -> None:
        join = self.joins[id(sheet)]
        for number, place in enumerate(join.tolist()):
            if place < 0:
                continue
            of_stay.setdefault(place, []).append(sheet.items[number])
            self._marks.extend((place, *each) for each in sheet.bad.get(number, ()))
            if node.codes is not None and sheet.as_number[number]:
                self._numeric.setdefault(f"{sheet.node}.{node.codes}", set()).add(place)
        by = ", ".join(name for name in KEYS if name in sheet.keys and name in self.keys) or "nothing"
        there = int((join >= 0).sum())
        self.notes.append(f"{there:,} rows of {sheet.name!r} ({sheet.node}) joined to their stays by {by}")
        self._whole += lost_rows(sheet, join)
