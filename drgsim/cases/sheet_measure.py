"""A workbook measured before it is read, and what its cells say that no reader gives: errors, formulas
without a value. The sheet's own XML is looked at, never unpacked as a whole into objects."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from typing import Any
from xml.parsers import expat

from .._damaged import whole
from .case_errors import UnreadableFileError
from .xls_measure import OLE, Measured, Place, measure_xls

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # Excel's own limits
MOST_CELLS = 200_000_000  # of the rectangle that a reader must hold
MOST_SHEETS = 1_000
MOST_UNPACKED = 4 << 30  # bytes
BOMB_SIZE, BOMB_RATIO = 200 << 20, 200  # unpacked bytes above which so high a ratio is no workbook
_LONGEST_ROW = 64 << 20  # bytes that are looked at together
_LONGEST_TAG = 16 << 20
MOST_WORDS = 16 << 20  # bytes of the list of sheets
FAR_CELLS, FAR_SHARE = 20_000_000, 50  # a rectangle so large may be so many times its filled cells

# how Excel, WPS and the usual libraries write a cell; a sheet with cells written otherwise is parsed in full
_REFERENCE = re.compile(rb'<c r="([A-Z]{1,3})([1-9]\d{0,6})"[ />]')
_ROW = re.compile(rb'<row r="([1-9]\d{0,6})"[ />]')
_ANY = re.compile(rb"<(?:[^\s<>/]+:)?(?:c|row)[\s/>]|<!|\0")
_FORMULA = rb"(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)"
_HIDDEN = re.compile(rb'<row r="(\d+)"[^>]*\bhidden="(?:1|true)"')
_ERROR = re.compile(rb'<c r="([A-Z]{1,3})(\d+)"[^>]*\bt="e"[^>]*>(?:' + _FORMULA + rb")?<v>([^<]*)</v>")
_NO_VALUE = re.compile(rb'<c r="([A-Z]{1,3})(\d+)"[^>]*>' + _FORMULA + rb"(?:<v></v>|<v\s*/>)?</c>")
_ROOT = re.compile(rb"<([A-Za-z]\w*:)worksheet[\s>]")
_PLACE = re.compile(r"([A-Za-z]+)(\d+)")
_DO = "delete the rows and columns behind the data (Ctrl+End shows the end), save it, or save it as CSV UTF-8"
DAMAGED = "the workbook is damaged or cut short"
AGAIN = "open it in Excel, save it again as .xlsx, and check that the copy is complete"


def measure(path: Path) -> dict[str, Measured]:
    """Every sheet of an .xlsx or .xls by name. Raises UnreadableFileError for sheets that reach farther than
    their data."""
    with whole(path, UnreadableFileError, message=DAMAGED, do=AGAIN):
        found: dict[str, Measured] = {}
        if not zipfile.is_zipfile(path):
            content = path.read_bytes()
            return measure_xls(content) if content.startswith(OLE) else {}
        with zipfile.ZipFile(path) as book:
            _measure_archive(book, path)
            last = Measured()
            for name, part in _sheets(book, path).items():
                last = found[name] = _measure_sheet(book, part, path, last)
        return found
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


def _measure_sheet(book: zipfile.ZipFile, part: str, path: Path, before: Measured) -> Measured:
    rows = columns = 0
    found = Measured(filled=before.filled)
    with book.open(part) as stream:
        rest, prefix = b"", b""
        while block := stream.read(1 << 22):
            if match := _ROOT.search(block):  # as .NET writes: <x:row>, <x:c>
                prefix = match[1]
            text = rest + block
            if prefix:
                text = text.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
            cut = text.rfind(b"</row>")
            text, rest = (text[: cut + 6], text[cut + 6 :]) if cut >= 0 else (b"", text)
            if len(rest) > _LONGEST_ROW:
                return _parse_sheet(book, part, path, before)
            numbers, cells = _ROW.findall(text), _REFERENCE.findall(text)
            if _written_otherwise(text, len(numbers), len(cells)):
                return _parse_sheet(book, part, path, before)
            found.filled += len(cells)
            rows = max([rows, *map(int, numbers), *(int(row) for _, row in cells if len(row) > 6)])
            columns = max([columns, *map(_column, {column for column, _ in cells})])
            _refuse_far(path, rows, columns, found, before)
            if b'hidden="' in text:
                found.hidden.update(int(row) - 1 for row in _HIDDEN.findall(text))
            found.errors.update({_place(*cell[:2]): unescape(cell[2].decode()) for cell in _errors(text)})
            if b"<f" in text:
                found.without_value.update(_place(*cell) for cell in _NO_VALUE.findall(text))
        if _ANY.search(rest):
            return _parse_sheet(book, part, path, before)
    return found


def _written_otherwise(text: bytes, rows: int, cells: int) -> bool:
    """Whether a text has cells or rows besides those that were found in the usual form."""
    counted = text.count(b"<row") == rows and text.count(b"<c") == cells
    if counted and not any(sign in text for sign in (b"<!", b"\0", b":c", b":row")):
        return False
    return len(_ANY.findall(text)) > rows + cells


def _parse_sheet(book: zipfile.ZipFile, part: str, path: Path, before: Measured) -> Measured:
    """As `_measure_sheet`, by a parser of XML: whatever prefix, quotes or order of attributes was chosen."""
    found = _Cells(path, before)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = found.start, found.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = found.text, _refuse_doctype
    given = 0
    with book.open(part) as stream:
        while block := stream.read(1 << 22):
            parser.Parse(block, False)
            given += len(block)
            # a tag is looked at from its beginning again with every block
            if given - parser.CurrentByteIndex > _LONGEST_TAG:
                raise ValueError("a tag beyond sense")
        parser.Parse(b"", True)
    return found.measured


def _refuse_doctype(*_: Any) -> None:
    raise ValueError("a sheet defines no entities")


class _Cells:
    """What a parser meets in a sheet, measured as it comes."""

    def __init__(self, path: Path, before: Measured) -> None:
        self.path, self.before = path, before
        self.measured = Measured(filled=before.filled)
        self.row, self.column = 0, 0  # of the cell met last, from 1
        self.rows = self.columns = 0
        self.kind, self.formula, self.value = "", False, ""
        self.inside = ""  # the element whose text is read

    def start(self, name: str, said: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        if name == "row":
            self.row, self.column = int(said.get("r") or self.row + 1), 0
            self.rows = max(self.rows, self.row)
            if said.get("hidden") in ("1", "true"):
                self.measured.hidden.add(self.row - 1)
        elif name == "c":
            self.column += 1
            if match := _PLACE.fullmatch(said.get("r", "")):
                self.column, self.row = _column(match[1].upper().encode()), int(match[2])
            self.measured.filled += 1
            self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)
            self.kind, self.formula, self.value = said.get("t", ""), False, ""
        elif name == "f":
            self.formula = True
        elif name in ("v", "t"):
            self.inside = name
        if name in ("row", "c"):
            _refuse_far(self.path, self.rows, self.columns, self.measured, self.before)

    def text(self, data: str) -> None:
        if self.inside:
            self.value += data

    def end(self, name: str) -> None:
        name = name.rpartition(" ")[2]
        if name == self.inside:
            self.inside = ""
        elif name == "c":
            place = (self.row - 1, self.column - 1)
            if self.kind == "e" and self.value:
                self.measured.errors[place] = self.value
            elif self.formula and not self.value:
                self.measured.without_value.add(place)


def _errors(text: bytes) -> list[tuple[bytes, bytes, bytes]]:
    return _ERROR.findall(text) if b't="e"' in text else []


def _refuse_far(path: Path, rows: int, columns: int, found: Measured, before: Measured) -> None:
    """Sets the cells of the rectangles so far, and refuses what is too large: one sheet, or all together."""
    cells = found.cells = before.cells + rows * columns
    filled = found.filled
    too_many = rows > MOST_ROWS or columns > MOST_COLUMNS or cells > MOST_CELLS
    if too_many or (cells > FAR_CELLS and cells > FAR_SHARE * filled):
        raise UnreadableFileError(
            "a sheet reaches farther than its data",
            got=f"{rows:,} rows, {columns:,} columns, {filled:,} cells seen so far",
            allowed=f"{MOST_ROWS:,} rows, {MOST_COLUMNS:,} columns, {MOST_CELLS:,} cells",
            where=path.name,
            do=_DO,
        )


def _sheets(book: zipfile.ZipFile, path: Path) -> dict[str, str]:
    """Name of every sheet → its part of the archive, found as readers find it: whatever its case and slashes.
    Raises UnreadableFileError for an archive that is no .xlsx."""
    names = {_plain(name): name for name in book.namelist()}
    if "xl/workbook.xml" not in names:
        raise UnreadableFileError(
            "not a workbook of the kind that is read",
            where=path.name,
            allowed=".xlsx, .xlsm, .xls",
            do="open it in Excel or WPS and save it as .xlsx",
        )
    if len(names) < len(book.namelist()):
        raise ValueError("parts of one name")  # which of them a reader takes is its own choice
    targets = {}
    for said in _elements(book, names.get("xl/_rels/workbook.xml.rels", ""), "Relationship"):
        target = said.get("Target", "")
        targets[said.get("Id", "")] = (
            target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"
        )
    found = {}
    for said in _elements(book, names["xl/workbook.xml"], "sheet"):
        link = next((value for key, value in said.items() if key.rpartition(" ")[2] == "id"), "")
        part = names.get(_plain(targets.get(link, "")))
        if part is not None:
            found[said.get("name", "")] = part
    if len(found) > MOST_SHEETS or len({*found.values()}) < len(found):
        raise UnreadableFileError(
            "more sheets than a workbook of cases has, or sheets that are one and the same part of the file",
            got=len(found),
            allowed=f"up to {MOST_SHEETS:,} sheets",
            where=path.name,
            do="leave the sheets with cases and save it as .xlsx",
        )
    return found


def _plain(name: str) -> str:
    return name.replace("\\", "/").lower()


def _elements(book: zipfile.ZipFile, part: str, wanted: str) -> list[dict[str, str]]:
    """The attributes of every element of that name in a small part of the archive."""
    found: list[dict[str, str]] = []
    if not part:
        return found
    if book.getinfo(part).file_size > MOST_WORDS:
        raise ValueError("a list of sheets beyond sense")

    def start(name: str, said: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == wanted:
            found.append(said)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = start, _refuse_doctype
    parser.Parse(book.read(part), True)
    return found


def below_merges(rows: list[list[Any]], ranges: Iterable[Any]) -> dict[Place, Any]:
    """The lower cells of merges that hold something, by place, with what stands in the upper left of each:
    all columns of them for one with text. Raises ValueError for merges that lie over each other."""
    found: dict[Place, Any] = {}
    width = max(map(len, rows), default=0)
    left_over = len(rows) * width
    for (top, left), (bottom, right) in ranges:
        head = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        if bottom == top or head == "":
            continue
        lowest, last = min(bottom, len(rows) - 1), min(right, width - 1)
        left_over -= (lowest - top + 1) * (last - left + 1)
        if left_over < 0:
            raise ValueError("merges over each other")
        found |= dict.fromkeys(
            ((row, place) for row in range(top + 1, lowest + 1) for place in range(left, last + 1)), head
        )
    return found


def _place(column: bytes, row: bytes) -> Place:
    return int(row) - 1, _column(column) - 1


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
