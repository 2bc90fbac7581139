"""A workbook measured before it is read, and what its cells say that no reader gives: errors, formulas
without a value. The sheet's own XML is looked at, never unpacked as a whole into objects."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from .._damaged import whole
from .case_errors import UnreadableFileError

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # Excel's own limits
MOST_CELLS = 200_000_000  # of the rectangle that a reader must hold
MOST_UNPACKED = 4 << 30  # bytes
BOMB_SIZE, BOMB_RATIO = 200 << 20, 200  # unpacked bytes above which so high a ratio is no workbook
FAR_CELLS, FAR_SHARE = 20_000_000, 50  # a rectangle so large may be so many times its filled cells

_REFERENCE = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,4})(\d{1,9})"')
_ROW = re.compile(rb'<row\b[^>]*?\br="(\d{1,9})"')
_FORMULA = rb"(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)"
_ERROR = re.compile(
    rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d+)"[^>]*\bt="e"[^>]*>(?:' + _FORMULA + rb")?<v>([^<]*)</v>"
)
_NO_VALUE = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d+)"[^>]*>' + _FORMULA + rb"(?:<v></v>|<v\s*/>)?</c>")
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_DO = "delete the rows and columns behind the data (Ctrl+End shows the end), save it, or save it as CSV UTF-8"
DAMAGED = "the workbook is damaged or cut short"
AGAIN = "open it in Excel, save it again as .xlsx, and check that the copy is complete"

Place = tuple[int, int]  # row and column, from 0


@dataclass(frozen=True, slots=True)
class Measured:
    """What a sheet's XML says of its cells: errors with their text, and formulas without a value."""

    errors: dict[Place, str] = field(default_factory=dict)
    without_value: set[Place] = field(default_factory=set)


def measure(path: Path) -> dict[str, Measured]:
    """Every sheet of an .xlsx by name; a file that is no zip archive (.xls) has none here, and limits of its
    own. Raises UnreadableFileError for a sheet that reaches farther than its data."""
    with whole(path, UnreadableFileError, message=DAMAGED, do=AGAIN):
        if not zipfile.is_zipfile(path):
            return {}
        with zipfile.ZipFile(path) as book:
            _measure_archive(book, path)
            return {name: _measure_sheet(book, part, path, name) for name, part in _sheets(book).items()}
    raise AssertionError  # `whole` lets nothing through


def _measure_archive(book: zipfile.ZipFile, path: Path) -> None:
    unpacked = sum(part.file_size for part in book.infolist())
    packed = max(1, path.stat().st_size)
    if unpacked > MOST_UNPACKED or (unpacked > BOMB_SIZE and unpacked > BOMB_RATIO * packed):
        raise UnreadableFileError(
            "the workbook unpacks to far more than a workbook of its size holds",
            got=f"{packed:,} bytes, {unpacked:,} unpacked",
            where=path.name,
            do=_DO,
        )


def _measure_sheet(book: zipfile.ZipFile, part: str, path: Path, name: str) -> Measured:
    rows = columns = filled = 0
    found = Measured()
    with book.open(part) as stream:
        rest = b""
        while block := stream.read(1 << 22):
            text = rest + block
            cut = text.rfind(b"</row>")
            text, rest = (text[: cut + 6], text[cut + 6 :]) if cut >= 0 else (text, b"")
            numbers = [int(number) for number in _ROW.findall(text)]
            rows = max([rows, *numbers])
            letters = {}
            for column, row in _REFERENCE.findall(text):
                filled += 1
                letters[column] = True
                rows = max(rows, int(row)) if len(row) > 6 else rows
            columns = max([columns, *map(_column, letters)])
            _refuse_far(path, name, rows, columns, filled)
            found.errors.update({_place(*cell[:2]): unescape(cell[2].decode()) for cell in _errors(text)})
            if b"<f" in text:
                found.without_value.update(_place(*cell) for cell in _NO_VALUE.findall(text))
    return found


def _errors(text: bytes) -> list[tuple[bytes, bytes, bytes]]:
    return _ERROR.findall(text) if b't="e"' in text else []


def _refuse_far(path: Path, name: str, rows: int, columns: int, filled: int) -> None:
    cells = rows * columns
    too_many = rows > MOST_ROWS or columns > MOST_COLUMNS or cells > MOST_CELLS
    if too_many or (cells > FAR_CELLS and cells > FAR_SHARE * filled):
        raise UnreadableFileError(
            "a sheet reaches farther than its data",
            got=f"{rows:,} rows, {columns:,} columns, {filled:,} cells seen so far",
            allowed=f"{MOST_ROWS:,} rows, {MOST_COLUMNS:,} columns, {MOST_CELLS:,} cells",
            where=path.name,
            do=_DO,
        )


def _sheets(book: zipfile.ZipFile) -> dict[str, str]:
    """Name of every sheet → its part of the archive."""
    names = set(book.namelist())
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return {}
    relations = book.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets: dict[str, str] = {}
    for tag in re.findall(r"<Relationship\b[^>]*>", relations):
        said = dict(_ATTRIBUTE.findall(tag))
        target = said.get("Target", "")
        targets[said.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    found = {}
    for tag in _SHEET.findall(book.read("xl/workbook.xml").decode("utf-8", "replace")):
        said = dict(_ATTRIBUTE.findall(tag))
        part = targets.get(said.get("r:id", ""), "")
        if part in names and "worksheets/" in part:
            found[unescape(said.get("name", ""))] = part
    return found


def _place(column: bytes, row: bytes) -> Place:
    return int(row) - 1, _column(column) - 1


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
