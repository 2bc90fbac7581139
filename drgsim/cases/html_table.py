"""Tables of a web page: what many hospital systems write under the name .xls."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from .case_errors import UnreadableFileError
from .excel_table import SheetTable
from .text_file import TextFile

_MOST_CELLS = 20_000_000


def html_tables(path: Path) -> list[SheetTable]:
    """One table for every table of the page that has rows. Raises UnreadableFileError for a page without any,
    and for XML of other kinds."""
    text = _decoded(path)
    if "urn:schemas-microsoft-com:office:spreadsheet" in text[:4096]:
        raise _refused(path, "the file is an XML spreadsheet of 2003, whatever its name says")
    parser = _Tables(path)
    parser.feed(text)
    parser.close()
    tables = [
        SheetTable(path.name, f"table {number}", rows)
        for number, rows in enumerate(parser.tables, 1)
        if any(any(row) for row in rows)
    ]
    if not tables:
        raise _refused(path, "the file is a web page or XML without a table of cases, whatever its name says")
    for table in tables:
        table.notes.append("a web page")
    return tables


def _decoded(path: Path) -> str:
    with TextFile.examine(path).open() as stream:
        return stream.read()


def _refused(path: Path, what: str) -> UnreadableFileError:
    return UnreadableFileError(what, where=path.name, do="open it in Excel and save it as .xlsx or CSV UTF-8")


class _Tables(HTMLParser):
    """Rows of texts of every table; a cell over several rows or columns stands in its first one alone."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._path = path
        self._rows: list[list[str]] | None = None
        self._cell: list[str] | None = None
        self._held: dict[int, int] = {}  # column → rows it is still covered by a cell above
        self._span = 1
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._rows, self._held = [], {}
            self.tables.append(self._rows)
        elif self._rows is None:
            return
        elif tag == "tr":
            self._finish_cell()
            self._held = {place: left - 1 for place, left in self._held.items() if left > 1}
            self._rows.append([])
        elif tag in ("td", "th") and self._rows:
            self._finish_cell()
            said = dict(attrs)
            row = self._rows[-1]
            for _ in self._covered(row):
                row.append("")
            below, self._span = _number(said.get("rowspan")), _number(said.get("colspan"))
            if below > 1:
                self._held |= dict.fromkeys(range(len(row), len(row) + self._span), below)
            self._cell = []
            self._cells += self._span
            if self._cells > _MOST_CELLS:
                raise UnreadableFileError(
                    "the web page holds too many cells", where=self._path.name, do="save it as CSV UTF-8"
                )
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr"):
            self._finish_cell()
        elif tag == "table":
            self._finish_cell()
            self._rows = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _finish_cell(self) -> None:
        if self._cell is None or not self._rows:
            return
        text = "".join(self._cell).replace("\xa0", " ").strip()
        self._rows[-1].extend([text, *[""] * (self._span - 1)])
        self._cell = None

    def _covered(self, row: list[str]) -> Iterator[int]:
        while self._held.get(len(row), 0) > 0:
            yield len(row)


def _number(text: str | None) -> int:
    return min(max(int(text), 1), 1000) if text and text.isdigit() else 1
