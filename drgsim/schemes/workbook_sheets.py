"""Sheets of a configuration workbook as rows by column name, and a list of what is odd in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._paths import exists, is_dir
from ..cases.beside import WITHOUT_VALUE, workbook_rows
from ..errors import NotFoundError
from .scheme_errors import WorkbookError

_HEADER_WITHIN = 10  # rows above the header: titles and remarks
_SHOWN = 10
_BREAKS = re.compile(r"(?:_x000D_|[\r\n])+")


@dataclass
class Findings:
    """What an import met, by kind, each with the places where it stands.

    Errors make the workbook mean something else than it says; the rest is worth knowing.
    """

    errors: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)

    def error(self, what: str, where: str) -> None:
        self.errors.setdefault(what, []).append(where)

    def note(self, what: str, where: str) -> None:
        self.notes.setdefault(what, []).append(where)

    def lines(self) -> list[str]:
        """One line a kind: how often, and the first places."""
        return [_line(what, places) for table in (self.errors, self.notes) for what, places in table.items()]

    def all_errors(self) -> list[str]:
        """Every error with its place."""
        return [f"{what}: {place}" for what, places in self.errors.items() for place in places]


@dataclass(frozen=True)
class SheetRow:
    """The cells of one row by column, as text; `where` is the sheet and row."""

    values: Mapping[str, str]
    where: str

    def __getitem__(self, column: str) -> str:
        return self.values[column]


def read_sheets(
    path: Path, wanted: Mapping[str, Sequence[str]], codes: Sequence[str], findings: Findings
) -> dict[str, list[SheetRow]]:
    """The rows of each sheet in `wanted` (sheet -> columns), found by the names in its header.

    Columns stand in any place, and further ones are passed over. `codes` are columns whose cells must
    be text: a number there is noted, for it may have lost zeros. WorkbookError when the file is no
    workbook, or a sheet or column is missing; all that is missing is named at once.
    """
    if not exists(path):
        near = [entry.name for entry in path.parent.iterdir()] if is_dir(path.parent) else []
        raise NotFoundError(
            "no such workbook", got=path.name, nearest=near, where=str(path.parent), do="check the path"
        )
    tables = {name.strip(): rows for name, rows in workbook_rows(path, WorkbookError).items()}
    missing: list[str] = []
    found: dict[str, list[SheetRow]] = {}
    for sheet, columns in wanted.items():
        if sheet not in tables:
            missing.append(f"sheet {sheet}")
            continue
        places = _header(tables[sheet], columns)
        if places is None:
            missing.append(f"sheet {sheet}: a header with the columns {', '.join(columns)}")
            continue
        found[sheet] = list(_rows(sheet, tables[sheet], *places, codes, findings))
    if missing:
        raise WorkbookError(
            "not an official configuration workbook: " + "; ".join(missing),
            got=f"sheets {', '.join(tables)}",
            where=str(path),
            findings=missing,
        )
    return found


def _header(rows: list[list[Any]], columns: Sequence[str]) -> tuple[int, dict[str, int]] | None:
    """The index of the header row, and the place of each column."""
    for index, cells in enumerate(rows[:_HEADER_WITHIN]):
        names = [str(cell).strip().lower() for cell in cells]
        if all(column in names for column in columns):
            return index, {column: names.index(column) for column in columns}
    return None


def _rows(
    sheet: str,
    rows: list[list[Any]],
    header: int,
    places: Mapping[str, int],
    codes: Sequence[str],
    findings: Findings,
) -> Iterator[SheetRow]:
    for index, cells in enumerate(rows[header + 1 :], header + 2):
        where = f"{sheet} row {index}"
        taken = {column: cells[place] for column, place in places.items()}
        if all(str(cell).strip() == "" for cell in taken.values()):
            continue
        wrong = [f"{column} {cell}" for column, cell in taken.items() if WITHOUT_VALUE.fullmatch(str(cell))]
        if wrong:
            findings.error("a cell has no value of its own", f"{where} ({', '.join(wrong)})")
            continue
        for column in codes:
            if isinstance(taken.get(column), int | float):
                findings.note("a code is a number and may have lost zeros", where)
        yield SheetRow({column: _text(cell) for column, cell in taken.items()}, where)


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return _BREAKS.sub(" ", str(cell)).strip()


def _line(what: str, places: list[str]) -> str:
    more = f", … ({len(places)})" if len(places) > _SHOWN else ""
    return f"{what}: {', '.join(places[:_SHOWN])}{more}"
