"""Text files, and the tables of web pages that many systems write under the name .xls: the encoding is found
out by reading all of it once, strictly."""

from __future__ import annotations

import codecs
import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import IO, Literal

from .._damaged import whole
from .._kernels._cells import examine
from .case_errors import UnreadableFileError
from .excel_table import SheetTable

_BLOCK = 1 << 17  # bytes; larger ones are new memory each time, and cost four times as much
_LARGE = 1 << 23  # of text that is as it should be, which is looked at where it lies
_FEEDS = re.compile(rb"\n\r?\n")
_EMPTY_LINE = re.compile(r"\n\r?\n")


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file, how it is encoded, its last character that is no line end, whether lines between others are
    empty, and after how many bytes no quotation mark stands (None: anywhere)."""

    path: Path
    encoding: str
    compression: Literal["gzip"] | None
    last: str
    gaps: bool = False
    quoted: int | None = None

    @classmethod
    def examine(cls, path: Path) -> TextFile:
        """Find the encoding: what a byte order mark says, else UTF-8, else GB18030, each strictly.

        The order matters: nearly every UTF-8 text is also valid GB18030, and comes out as nonsense.
        Raises UnreadableFileError for a file that is neither, is empty, is cut short, or holds a NUL.
        """
        with path.open("rb") as file:
            compression: Literal["gzip"] | None = "gzip" if file.read(2) == b"\x1f\x8b" else None
        with whole(path, UnreadableFileError, message="the gzip file is damaged or cut short"):
            with _binary(path, compression) as stream:
                start = stream.read(4096)
            if not start.strip():
                raise UnreadableFileError("the file is empty", where=path.name, do="export it again")
            tried: dict[str, int] = {}
            for encoding in _candidates(start):
                if encoding.startswith("utf-8") and (plain := _plain_utf8(path, compression)):
                    return cls(path, encoding, compression, plain[0], quoted=plain[1])
                last, tried[encoding], gaps = _read_through(path, compression, encoding)
                if not tried[encoding]:
                    return cls(path, encoding, compression, last, gaps)
        raise UnreadableFileError(
            f"the text is in another encoding, or damaged; tried: {_told(tried)}",
            where=path.name,
            do="save it as CSV UTF-8 (in Excel: Save As, CSV UTF-8), xlsx or Parquet",
        )

    def has_quotes_below(self, lines: int) -> bool:
        """Whether a quotation mark may stand below so many lines."""
        if self.quoted is None:
            return True
        if not self.quoted:
            return False
        with _binary(self.path, self.compression) as stream:
            return sum(len(stream.readline()) for _ in range(lines)) < self.quoted

    @contextmanager
    def open(self) -> Iterator[IO[str]]:
        """The decoded text, line ends as they are."""
        with _binary(self.path, self.compression) as stream:
            yield io.TextIOWrapper(stream, encoding=self.encoding, newline="")


def _binary(path: Path, compression: str | None) -> IO[bytes]:
    return gzip.open(path, "rb") if compression else path.open("rb")  # type: ignore[return-value]


def _candidates(start: bytes) -> list[str]:
    if start.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    return ["utf-8", "gb18030"]


def _plain_utf8(path: Path, compression: str | None) -> tuple[str, int] | None:
    """Of UTF-8 without NUL and empty lines: its last character that is no line end, and the bytes to the last
    quotation mark. None of any other text."""
    view = memoryview(bytearray(_LARGE if compression else min(_LARGE, path.stat().st_size + 1)))
    last, quoted, kept, before, edge = "", 0, 0, 0, b""
    with _binary(path, compression) as stream:
        while read := stream.readinto(view[kept:]):  # type: ignore[attr-defined]
            size = kept + read
            good, odd, marked = examine(view[:size])
            if good < 0 or odd or _FEEDS.search(edge + view[kept : min(kept + 2, size)].tobytes()):
                return None
            quoted = before + marked if marked else quoted
            before += good
            end = view[max(0, good - 64) : good].tobytes().decode("utf-8", "ignore").rstrip("\r\n")
            if not end and good > 64:
                return None
            last = end[-1:] or last
            edge = (edge + view[max(kept, size - 2) : size].tobytes())[-2:]
            kept = size - good
            view[:kept] = view[good:size].tobytes()
    return None if kept else (last, quoted)


def _read_through(path: Path, compression: str | None, encoding: str) -> tuple[str, int, bool]:
    """The last character that is no line end, and 0; or the line that is not in this encoding. And whether an
    empty line stands between others."""
    decoder = codecs.getincrementaldecoder(encoding)()
    last, blocks = "", 0
    gaps, empty = False, False  # an empty line that nothing follows is no gap
    with _binary(path, compression) as stream:
        try:
            while block := stream.read(_BLOCK):
                text = decoder.decode(block)
                if "\0" in text:
                    lines = _lines(path, compression, encoding, blocks) + text[: text.index("\0")].count("\n")
                    raise _holds_nul(path, encoding, lines + 1)
                last = text[-64:].rstrip("\r\n")[-1:] or text.rstrip("\r\n")[-1:] or last
                if empty or encoding == "utf-16" or _FEEDS.search(block):
                    inner = text.rstrip("\r\n")
                    within = _EMPTY_LINE.search(inner.lstrip("\r\n")) is not None
                    gaps = gaps or (empty and bool(inner)) or within
                    empty = (empty and not inner) or _EMPTY_LINE.search(text[len(inner) :]) is not None
                blocks += 1
            return decoder.decode(b"", final=True).rstrip("\r\n")[-1:] or last, 0, gaps
        except UnicodeDecodeError as error:
            lines = _lines(path, compression, encoding, blocks)
            return last, lines + error.object[: error.start].count(b"\n") + 1, gaps


def _lines(path: Path, compression: str | None, encoding: str, blocks: int) -> int:
    """How many lines end in the first blocks, which were read before."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with _binary(path, compression) as stream:
        return sum(decoder.decode(stream.read(_BLOCK)).count("\n") for _ in range(blocks))


def _holds_nul(path: Path, encoding: str, line: int) -> UnreadableFileError:
    return UnreadableFileError(
        f"a NUL character, which text never holds, read as {encoding}: damaged, UTF-16 without its mark, "
        "or not text at all",
        where=f"{path.name}, line {line:,}",
        do="export it again, or save it as CSV UTF-8, xlsx or Parquet",
    )


def _told(tried: dict[str, int]) -> str:
    names = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8, as its mark says", "utf-16": "UTF-16, as its mark says"}
    names["gb18030"] = "GB18030 (GBK, GB2312)"
    return "; ".join(f"{names[encoding]}: fails at line {line:,}" for encoding, line in tried.items())


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
