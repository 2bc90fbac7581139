"""Small CSV tables whose rows know where they stand, so that an error can say it."""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from .._damaged import whole
from ..errors import DrgsimError
from .scheme_errors import PackError, RuleSyntaxError

T = TypeVar("T")


class Row(dict[str, str]):
    """One row by column name; `where` is the file and line."""

    __slots__ = ("where",)

    def __init__(self, values: Iterable[tuple[str, str]], where: str) -> None:
        super().__init__(values)
        self.where = where


def read_table(folder: Path, name: str, columns: Sequence[str], *, optional: bool = False) -> list[Row]:
    """The rows of `folder/name.csv` (or `.csv.gz`), cells stripped, blank lines left out.

    Byte order marks and Windows line ends are accepted. PackError when the file or one of `columns`
    is missing, a row has more or fewer cells than the header, or a column is none of `columns`.
    """
    path = next((p for p in (folder / f"{name}.csv", folder / f"{name}.csv.gz") if p.is_file()), None)
    if path is None:
        if optional:
            return []
        near = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        raise PackError(
            f"no table {name}.csv in this folder",
            where=str(folder),
            got=f"{len(near)} files",
            do="docs/scheme-packs.md lists the tables a folder holds",
        )
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, columns, path)
        rows = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            where = f"{path.name} line {reader.line_num}"
            if len(cells) != len(header):
                raise PackError(
                    "a row with too many or too few cells", got=len(cells), allowed=len(header), where=where
                )
            rows.append(Row(zip(header, (cell.strip() for cell in cells), strict=True), where))
        return rows
    except csv.Error as error:
        raise PackError(f"not a table: {error}", where=f"{path.name} line {reader.line_num}") from error


def read_text(path: Path) -> str:
    """A UTF-8 text file, gzip or not, byte order mark or not."""
    with whole(path, PackError):
        data = path.read_bytes()
        try:
            return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise PackError(
                "not UTF-8 text", where=f"{path.name} byte {error.start}", do="save it as UTF-8"
            ) from None
    raise AssertionError  # `whole` lets nothing through


def parsed(row: Row, column: str, parse: Callable[[str], T]) -> T:
    """`parse(row[column])`, its error saying which row it was."""
    try:
        return parse(row[column])
    except RuleSyntaxError as error:
        error.where = f"{row.where}, column {column}"
        raise


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """UTF-8, `\\n`, quoted only where needed: the same rows always give the same bytes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def finite(text: str) -> float | None:
    """The number that `text` is, or None when it is none (infinite and nan included)."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def natural(text: str) -> tuple[tuple[bool, int, str], ...]:
    """A sort key that puts 9 before 10, and EX_9 before EX_10."""
    parts = re.findall(r"\d+|\D+", text)
    return tuple((part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)


def _check_header(header: list[str], columns: Sequence[str], path: Path) -> None:
    problem: DrgsimError | None = None
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in columns]
    if missing:
        problem = PackError("a column is missing", got=header, allowed=columns, where=path.name)
    elif unknown:
        problem = PackError(
            "unknown column", got=unknown[0], allowed=columns, nearest=columns, where=path.name
        )
    elif len(set(header)) != len(header):
        problem = PackError("a column stands twice", got=header, where=path.name)
    if problem:
        raise problem
