"""From what the caller gives (a path, a folder, a pattern, a table) to raw tables."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import NotFoundError
from .case_errors import NotACaseTableError, UnreadableFileError
from .child_sheets import is_list, is_of_others, not_of_the_stay
from .csv_table import csv_tables
from .excel_table import excel_tables, locked
from .joined_table import with_children
from .json_table import JsonTable
from .nodes import Node
from .raw_table import RawTable
from .text_file import html_tables
from .typed_table import ArrowTable, FrameTable, ParquetTable
from .xls_measure import OLE

if TYPE_CHECKING:
    import pandas as pd

    Source = str | os.PathLike[str] | pd.DataFrame | Any

_TEXT_SUFFIXES = (".csv", ".txt", ".tsv", ".gz")
_BOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls")
_JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
SUFFIXES = (*_TEXT_SUFFIXES, *_BOOK_SUFFIXES, ".parquet", *_JSON_SUFFIXES)

_ZIP, _PARQUET = b"PK\x03\x04", b"PAR1"
MOST_COLUMNS = 16_384  # as a sheet has
_JSON = re.compile(rb"\{|\[\s*[{\[\]]")  # not [BAH],[XB],…, a header as databases write it


class Opened(NamedTuple):
    """One file or table of a source: its name, the ways to read it, whether no other comes after it."""

    name: str
    tables: list[RawTable]
    last: bool


def raw_tables(source: Source, *, nodes: Mapping[str, Node]) -> Iterator[Opened]:
    """Every file or table of `source` in order; `nodes` are lists nested in JSON.

    Raises NotFoundError, UnreadableFileError or NotACaseTableError.
    """
    if isinstance(source, str | os.PathLike):
        with _told(str(source)):
            paths = _paths(source)
        lists = {path for path in paths if len(paths) > 1 and is_list(path.stem, nodes)}
        with _told(str(source)):
            children = [table for path in paths if path in lists for table in _narrow(path, nodes)]
        passed = [path for path in paths if lists and is_of_others(path.stem)]
        mains = [path for path in paths if path not in lists and path not in passed] or paths
        for path in mains:
            with _told(path.name):
                tables = _narrow(path, nodes)
            if path not in lists:
                tables = with_children([*tables, *children], nodes, among=tables)
                for table in tables:
                    table.notes.extend(not_of_the_stay(other.name) for other in passed)
            yield Opened(path.name, tables, path is mains[-1])
        return
    table = _in_memory(source)
    yield Opened(table.name, [table], True)


def _narrow(path: Path, nodes: Mapping[str, Node]) -> list[RawTable]:
    """The tables of a file that are no wider than any sheet: what one separator too many makes of a long
    cell, or a file that was turned on its side, is not looked through for headers."""
    tables = _tables(path, nodes)
    widths = [max(map(len, table.preview()), default=0) for table in tables]
    narrow = [table for table, width in zip(tables, widths, strict=True) if width <= MOST_COLUMNS]
    if tables and not narrow:
        raise UnreadableFileError(
            f"a row of {min(widths):,} cells",
            where=path.name,
            allowed=f"up to {MOST_COLUMNS:,} columns",
            do="give a table with one row a stay, and its columns in the first row",
        )
    return narrow


@contextmanager
def _told(name: str) -> Iterator[None]:
    """What the system refuses, in the words of the one family of errors."""
    try:
        yield
    except OSError as error:
        denied = isinstance(error, PermissionError)
        raise UnreadableFileError(
            f"the file or folder cannot be opened: {error.strerror or error}",
            where=name,
            do="ask for the right to read it, or close the program that holds it open"
            if denied
            else "check the path, and that the disk or network drive is there",
        ) from error


def _in_memory(source: Any) -> RawTable:
    import pandas as pd

    if isinstance(source, pd.DataFrame):
        return FrameTable(source)
    if hasattr(source, "__arrow_c_stream__"):
        return ArrowTable(source)
    raise NotACaseTableError(
        "cases are read from a path, a DataFrame, or anything with __arrow_c_stream__",
        got=type(source).__name__,
    )


def _paths(source: str | os.PathLike[str]) -> list[Path]:
    path = Path(source)
    if path.is_file():
        return [path]
    if path.exists() and not path.is_dir():
        raise UnreadableFileError(
            "this is no file but a pipe or a device", where=path.name, do="write it to a file first"
        )
    if path.is_dir():
        return _inside(path, sorted(path.iterdir()))
    if glob.has_magic(str(source)):
        # Path.glob refuses patterns that begin at the root
        return _inside(path, [Path(name) for name in sorted(glob.glob(str(source), recursive=True))])  # noqa: PTH207
    near = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    raise NotFoundError("no such file or folder", got=path.name, nearest=near, where=path.parent.name or None)


def _inside(source: Path, found: list[Path]) -> list[Path]:
    """The readable files among `found`; what Excel or the system leaves lying about is passed over."""
    files = [
        path
        for path in found
        if path.is_file() and path.suffix.lower() in SUFFIXES and not path.name.startswith(("~$", "."))
    ]
    if not files:
        raise UnreadableFileError(
            "no file of cases there", where=source.name, allowed=SUFFIXES, do="name the file itself"
        )
    return files


def _tables(path: Path, nodes: Mapping[str, Node]) -> list[RawTable]:
    """Readings of one file, by what it holds; its name is not trusted."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start:
        raise UnreadableFileError("the file is empty", where=path.name, do="export it again")
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    tables: list[RawTable]
    usual: tuple[str, ...]
    if start.startswith(_PARQUET):
        tables = [ParquetTable(path)]
        usual = (".parquet",)
    elif start.startswith((_ZIP, OLE)):
        _refuse_other_containers(path, start)
        tables = with_children(excel_tables(path), nodes)
        usual = _BOOK_SUFFIXES
    elif _JSON.match(text) or path.suffix.lower() in _JSON_SUFFIXES:
        tables = [JsonTable(path, nodes)]
        usual = _JSON_SUFFIXES
    elif text[:1] == b"<":
        tables = [*html_tables(path)]
        usual = (".html", ".htm")
    else:
        tables = [*csv_tables(path)]
        usual = _TEXT_SUFFIXES
    if path.suffix.lower() not in usual:
        for table in tables:
            table.notes.append(f"its name ends in {path.suffix or 'nothing'}, but it holds {usual[0][1:]}")
    return tables


def _refuse_other_containers(path: Path, start: bytes) -> None:
    """A zip archive that is no workbook, and a workbook that is locked, each get their own word."""
    if start.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise locked(path)
    elif not any(name in path.read_bytes() for name in (b"xl/workbook", b"[Content_Types].xml")):
        raise UnreadableFileError("a zip archive, not a workbook", where=path.name, do="unpack it first")
