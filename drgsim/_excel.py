"""The one writer of workbooks: whole or not at all, text as text, one set of formats and widths."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._atomic import replacing, scratch
from ._optional import require
from .errors import ArgumentError
from .language import stated_language, told
from .words import cells_in, title_in

if TYPE_CHECKING:
    import pandas as pd

MONEY, RATIO, SHARE, COUNT, PLAIN = "#,##0.00", "0.0000", "0.00%", "#,##0", "0"
_SHEET_ROWS = 1_048_576
_LONGEST = 32_767  # characters a cell can hold
_TEXT = 49  # the built-in format "@": what is typed into such a cell later stays text
_NARROWEST, _WIDEST, _NOTE_WIDTH = 8, 48, 110  # characters
_AT_ONCE = 1 << 14  # rows of a table that are spelt out as cells
_LOOKED_AT = 200  # rows that say how wide a column should be
_CREATED = dt.datetime(2000, 1, 1)  # not the clock's: the same results are the same file
_A4 = 9
_LONGEST_NAME = 31  # characters of a tab
_RATIOS = frozenset(
    ["weight", "coefficient", "unit_price", "ratio", "ratio_to_standard", "cmi", "margin_rate", "acceptance"]
)
YES_NO = {"zh": {True: "是", False: "否"}, "en": {True: "yes", False: "no"}}


def refuse_rows(rows: int, name: str, *, above: int = 1) -> None:
    """Raise ArgumentError for more rows than a sheet holds under `above` rows of headers."""
    if rows > _SHEET_ROWS - above:
        raise ArgumentError(
            f"a sheet holds at most {_SHEET_ROWS - above:,} rows",
            got=rows,
            where=name,
            do="write .parquet or .csv",
        )


class Book:
    """A workbook being written. Sheets come in the order they are asked for."""

    def __init__(self, book: Any, lang: str = "zh", as_given: bool = False) -> None:
        self._book, self._lang = book, lang
        self._title_in: Callable[[str], str] = str if as_given else title_in
        self._cells_in: Callable[[list[Any]], list[Any]] = list if as_given else cells_in
        self._numbers: dict[str, Any] = {}
        self._text = book.add_format({"num_format": _TEXT})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._under = book.add_format(
            {"font_color": "#5c6670", "text_wrap": True, "valign": "top", "bottom": 1, "font_size": 9}
        )

    def table(
        self,
        name: str,
        frame: pd.DataFrame,
        *,
        headers: Mapping[str, str] | None = None,
        under: Mapping[str, str] | None = None,
        code: Callable[[str], str] | None = None,
    ) -> None:
        """A sheet of one table: frozen header, filter, A4 across.

        `headers` names the columns to write, in order; None: all, by their own names. `under` gives a second
        header line. `code` gives the number format of a column.
        """
        refuse_rows(len(frame), name, above=1 if under is None else 2)
        part = self.parts(name, headers=headers, under=under, code=code)
        for start in range(0, max(1, len(frame)), _AT_ONCE):
            part(frame.iloc[start : start + _AT_ONCE])

    def parts(
        self,
        name: str,
        *,
        headers: Mapping[str, str] | None = None,
        under: Mapping[str, str] | None = None,
        code: Callable[[str], str] | None = None,
    ) -> Callable[[pd.DataFrame], None]:
        """A function that writes a table part by part below one header; as `table`."""
        page = self._page(name)
        above = 1 if under is None else 2
        page.freeze_panes(above, 1)
        page.repeat_rows(0, above - 1)
        done: int | None = None

        def write(frame: pd.DataFrame) -> None:
            nonlocal done
            columns = [str(each) for each in frame.columns]
            names = columns if headers is None else [each for each in headers if each in columns]
            names = _of_one_language(names)
            rows = (done or 0) + len(frame)
            refuse_rows(rows, name, above=above)
            places = [columns.index(each) for each in names]
            cells = [self._cells(frame.iloc[:, place]) for place in places]
            if done is None:
                titles = [self._title_in(each if headers is None else headers[each]) for each in names]
                for row, line in enumerate([titles] if under is None else [titles, map(under.get, names)]):
                    for place, text in enumerate(line):  # row by row: a streamed sheet knows no way back
                        page.write_string(row, place, text or "", self._under if row else self._head)
            if not done:
                for place, each in enumerate(names):
                    title = self._title_in(each if headers is None else headers[each])
                    page.set_column(place, place, _width(title, cells[place]))
            styles = [self._number(_code(each) if code is None else code(each)) for each in names]
            first = above + (done or 0)
            for row in range(len(frame)):
                for place, column in enumerate(cells):
                    self._write(page, first + row, place, column[row], styles[place], whole=code is not None)
            done = rows
            if names:
                page.autofilter(above - 1, 0, above - 1 + rows, len(names) - 1)

        return write

    def lines(self, name: str, lines: Sequence[str]) -> None:
        """A sheet of lines of text."""
        page = self._page(name)
        page.set_column(0, 0, _NOTE_WIDTH)
        for row, line in enumerate(lines):
            page.write_string(row, 0, told(line))

    def pairs(self, name: str, title: str, pairs: Sequence[tuple[str, str]]) -> None:
        """A sheet with a title and pairs of what and words."""
        page = self._page(name)
        page.set_column(0, 0, 34)
        page.set_column(1, 1, _NOTE_WIDTH)
        page.write_string(0, 0, title, self._title)
        for row, pair in enumerate(pairs, 2):
            for place, text in enumerate(pair):
                page.write_string(row, place, told(text), self._wrapped)

    def _page(self, name: str) -> Any:
        page = self._book.add_worksheet(self._title_in(name)[:_LONGEST_NAME])
        page.set_landscape()
        page.set_paper(_A4)
        page.fit_to_pages(1, 0)
        page.set_footer("&A  &P / &N")
        return page

    def _number(self, code: str) -> Any:
        if code not in self._numbers:
            self._numbers[code] = self._book.add_format({"num_format": code})
        return self._numbers[code]

    def _cells(self, column: pd.Series) -> list[Any]:
        """Cells as text, number, moment or None."""
        words = YES_NO[stated_language() or self._lang]
        cells = column.astype(object).where(column.notna(), None).tolist()
        told = self._cells_in([_told(cell, words) for cell in cells])
        texts = [cell for cell in told if isinstance(cell, str)]
        for cell in texts:
            if not cell.isascii():
                cell.encode()  # half a surrogate pair fails here, before a file of XlsxWriter's is left open
        if any(len(cell) > _LONGEST for cell in texts):
            raise ArgumentError(
                f"a cell of a sheet holds at most {_LONGEST:,} characters",
                where=f"column {column.name}",
                do="write .parquet or .csv",
            )
        return told

    def _write(self, page: Any, row: int, place: int, cell: Any, style: Any, *, whole: bool) -> None:
        if isinstance(cell, str):
            page.write_string(row, place, cell, self._text)
        elif isinstance(cell, dt.datetime):
            page.write_datetime(row, place, cell, self._number(_moment_code(cell)))
        elif cell is not None:
            page.write_number(row, place, cell, style if whole or isinstance(cell, float) else None)


@contextmanager
def open_book(path: Any, *, streamed: bool = False) -> Iterator[Any]:
    """An XlsxWriter workbook for a layout of one's own; atomic and undated like every other."""
    xlsxwriter = require("xlsxwriter", extra="excel", feature="writing Excel workbooks")
    # its own files lie in a folder that goes, whatever happens
    with replacing(path) as part, scratch() as folder:
        options = {"constant_memory": streamed, "tmpdir": str(folder)}
        try:
            with _Sink(part) as sink, xlsxwriter.Workbook(sink, options) as book:
                book.set_properties({"created": _CREATED})
                yield book
        except xlsxwriter.exceptions.FileCreateError as error:
            raise _system_error(error) from error


class _Sink:
    """A file whose first failure is told at the end; what comes after it, or after the end, goes nowhere.
    An archive cut short tries to end well when Python clears it away, and would print what came of that."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=1 << 20)
        self._place = 0
        self._error: OSError | None = None

    def write(self, data: Any) -> int:
        self._place += len(data)
        self._tried(lambda: self._file.write(data))
        return len(data)

    def seek(self, place: int, whence: int = 0) -> int:
        self._tried(lambda: self._file.seek(place, whence))
        self._place = place if whence == 0 else self._place + place
        return self._place

    def tell(self) -> int:
        return self._place

    def flush(self) -> None:
        self._tried(self._file.flush)

    def __enter__(self) -> _Sink:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._tried(self._file.flush)
        with suppress(OSError):
            self._file.close()
        if self._error is not None and error is None:
            raise self._error

    def _tried(self, act: Callable[[], Any]) -> None:
        try:
            if self._error is None and not self._file.closed:
                act()
        except OSError as failure:
            self._error = self._error or failure


@contextmanager
def workbook(
    path: Any, *, lang: str = "zh", streamed: bool = False, as_given: bool = False
) -> Iterator[Book]:
    """A workbook to fill; the file is there when the block ends well, and not at all otherwise.

    `streamed` holds no row in memory: a sheet is then written from top to bottom, one sheet after another.
    `as_given` is for data that is read again: names and cells stay as they are, whoever asked for a language.

    Raises MissingExtraError without XlsxWriter; ArgumentError where the file cannot be written, or when a
    table or a text is too large for a sheet.
    """
    with open_book(path, streamed=streamed) as book:
        yield Book(book, lang, as_given)


def _system_error(error: Exception) -> OSError:
    """The system's own error, which XlsxWriter wraps."""
    inner = error.args[0] if error.args else error
    return inner if isinstance(inner, OSError) else OSError(str(error))


def write_sheets(
    path: Any, sheets: Mapping[str, tuple[pd.DataFrame, Mapping[str, str]]], *, notes: Sequence[str]
) -> None:
    """Tables as sheets, each with the columns its headers name, and a last sheet 说明 of lines."""
    with workbook(path, streamed=True) as book:
        for name, (frame, headers) in sheets.items():
            book.table(name, frame, headers=headers)
        book.lines("说明", notes)


def _of_one_language(names: list[str]) -> list[str]:
    """The columns without those that say the same again in the language nobody asked for."""
    asked = stated_language()
    if asked is None:
        return names
    own, other = ("zh", "en") if asked == "zh" else ("en", "zh")
    twice = {f"{each.removesuffix(own)}{other}" for each in names if each == own or each.endswith(f"_{own}")}
    return [each for each in names if each not in twice]


def _code(name: str) -> str:
    return RATIO if name in _RATIOS else MONEY


def _told(cell: Any, yes_no: Mapping[bool, str]) -> Any:
    """What a sheet can hold as it is; other things as their text."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else ("∞" if cell > 0 else "-∞")
    if type(cell).__name__ in ("bool", "bool_"):
        return yes_no[bool(cell)]
    if isinstance(cell, int):
        return cell
    if isinstance(cell, dt.datetime):
        plain = cell.to_pydatetime() if hasattr(cell, "to_pydatetime") else cell
        early = plain.year < 1900 or plain.tzinfo is not None  # a sheet has no such moments
        return str(plain).removesuffix(" 00:00:00") if early else plain
    if isinstance(cell, dt.date):
        return _told(dt.datetime(cell.year, cell.month, cell.day), yes_no)
    number = getattr(cell, "item", None)  # a NumPy scalar
    return _told(number(), yes_no) if callable(number) else str(cell)


def _moment_code(moment: dt.datetime) -> str:
    return "yyyy-mm-dd" if moment.time() == dt.time() else "yyyy-mm-dd hh:mm:ss"


def _width(header: str, cells: Sequence[Any]) -> int:
    """Characters; a Chinese one takes two."""
    shown = [
        f"{cell:,.2f}" if isinstance(cell, float) else str(cell)
        for cell in cells[:_LOOKED_AT]
        if cell is not None
    ]
    longest = max((_columns(each) for each in shown), default=0)
    return min(_WIDEST, max(_NARROWEST, min(_columns(header), 16), longest) + 2)


def _columns(text: str) -> int:
    return sum(2 if ord(each) > 0x2E7F else 1 for each in text)
