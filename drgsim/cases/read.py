"""Read cases from every file a hospital or bureau has, into the one case table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from ..codes import Edition
from ..errors import ArgumentError, ColumnError
from .assemble import plan
from .columns import case_column, case_columns
from .derive import CHILDREN, with_helpers
from .headers import header_key, header_keys
from .layout import Layout
from .layouts import find_layout, nested_lists
from .not_cases import cleaned
from .read_chunk import NOT_APPLICABLE, ChunkToRead
from .read_report import KEY, ReadReport
from .recognise import Match, recognise, split_target
from .repair import KINDS
from .sources import raw_tables
from .values import Value, as_value

if TYPE_CHECKING:
    import pandas as pd

Keep = Iterable[str] | Callable[[str], bool] | Literal["all"] | None

CHUNK_ROWS = 1 << 17


def read_cases(
    source: str | os.PathLike[str] | pd.DataFrame | Any,
    *,
    layout: str | os.PathLike[str] = "auto",
    code_edition: Edition = "insurance",
    normalise: bool = True,
    columns: Iterable[str] | None = None,
    keep: Keep = (),
    keep_identifiers: bool = False,
    values: Mapping[str, Mapping[str, Value]] | None = None,
    rename: Mapping[str, str] | None = None,
    ignore: Iterable[str] = (),
    watch: Callable[[ReadReport], None] | None = None,
) -> pd.DataFrame:
    """All cases of `source` as one table.

    Parameters
    ----------
    source : CSV (UTF-8, else GB18030; also `.csv.gz`), Excel workbook, Parquet, JSON of settlement lists,
        a folder or pattern of these, a DataFrame, or anything with `__arrow_c_stream__` (polars, DuckDB,
        pyarrow)
    layout : "auto", the id of a layout (`drgsim.cases.layouts()`), or a layout file of your own (`.toml`)
    code_edition : the edition the codes are written in. "clinical" codes are translated to the insurance
        edition; this is never guessed, because hundreds of codes mean different things in the two
    normalise : repair the spelling of codes where nothing is lost by it; False keeps them as they stand
    columns : read only these columns of the case table
    keep : further columns of the source to keep, as text: their headers (one that names persons is kept if
        it is named here), a function that says of any other header whether to keep it, or "all"; None for
        none
    keep_identifiers : also keep columns that name persons (name, card number, address, birth date …)
    values : by column, what texts mean, over the layout's word: `{"sex": {"0": 2, "1": 1}}`
    rename : header of the source → column of the case table, or a numbered place in a list of codes
        (`diagnoses2`), where no layout knows it. A header named here, in `keep` or in `ignore` must be in the
        source; in one of the files at the least, where there are several
    ignore : headers of columns that are not read, though a layout knows them or they hold codes: nothing is
        said of them
    watch : called with the report of every chunk as soon as it is there; what it raises ends the reading

    Returns
    -------
    DataFrame with the columns of `drgsim.cases.case_columns()` that the source has, in that order; the
    dtypes say missing as `<NA>`, NaN or NaT. Rows are in the order of the source; what is no case (a row
    without any cell, and, each told, a foot, a total, a second header) is left out of every source alike.
    The index is the source's own for a DataFrame and 0, 1, … otherwise. `.attrs["drgsim"]` is a ReadReport:
    the layout taken and why, repairs, columns not read, and `problems`, a table of what could not be read.

    Raises
    ------
    NotFoundError, UnreadableFileError, UnknownLayoutError, NotACaseTableError, ArgumentError, ColumnError

    >>> import pandas as pd
    >>> raw = pd.DataFrame({"病案号": ["007"], "性别": ["女"], "诊断编码": ["K80.100x001,I10.x00"]})
    >>> read_cases(raw).to_numpy().tolist()
    [['007', 2, 'K80.100x001|I10.x00']]
    """
    chunks = list(
        iter_cases(
            source,
            layout=layout,
            code_edition=code_edition,
            normalise=normalise,
            columns=columns,
            keep=keep,
            keep_identifiers=keep_identifiers,
            values=values,
            rename=rename,
            ignore=ignore,
            watch=watch,
        )
    )
    reports = [chunk.attrs[KEY] for chunk in chunks]
    cases = joined(chunks, reports)
    cases.attrs[KEY] = ReadReport.joined(reports)
    return cases


def joined(chunks: Sequence[pd.DataFrame], reports: Iterable[ReadReport]) -> pd.DataFrame:
    """The chunks of `iter_cases` as the one table of `read_cases`, without a report; without columns that no
    file has and that nothing was made for, which chunks have to be alike."""
    for chunk in chunks:
        chunk.attrs = {}
    cases = chunks[0] if len(chunks) == 1 else _together(chunks)
    made = {NOT_APPLICABLE, *made_columns(reports)}
    cases = cases.drop(columns=[name for name in made if name in cases and cases[name].isna().all()])
    names = [name for name in case_columns() if name in cases]
    return cases[[*names, *(name for name in cases.columns if name not in names)]]


def _together(chunks: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables one below the other, taken apart on the way: of columns that all have, one at a time is held
    twice."""
    import pandas as pd

    names = list(chunks[0].columns)
    if any(list(chunk.columns) != names for chunk in chunks):
        return pd.concat(chunks)
    index = pd.concat([chunk[[]] for chunk in chunks]).index
    columns = {name: pd.concat([chunk.pop(name) for chunk in chunks]).array for name in names}
    return pd.DataFrame(columns, index=index, copy=False)


def made_columns(reports: Iterable[ReadReport]) -> set[str]:
    """Columns that no file has: chunks carry them, be they empty, to be alike."""
    read = {column for report in reports for file in report["files"] for column in file["columns"]}
    return {"age_days", CHILDREN} - read


def iter_cases(
    source: str | os.PathLike[str] | pd.DataFrame | Any,
    *,
    chunk_rows: int = CHUNK_ROWS,
    layout: str | os.PathLike[str] = "auto",
    code_edition: Edition = "insurance",
    normalise: bool = True,
    columns: Iterable[str] | None = None,
    keep: Keep = (),
    keep_identifiers: bool = False,
    values: Mapping[str, Mapping[str, Value]] | None = None,
    rename: Mapping[str, str] | None = None,
    ignore: Iterable[str] = (),
    watch: Callable[[ReadReport], None] | None = None,
) -> Iterator[pd.DataFrame]:
    """The cases of `source` in tables of at most `chunk_rows` rows, each with a report of its own.

    Parameters as in `read_cases`. CSV and Parquet files are read a chunk at a time, so that memory does not
    grow with the file; workbooks and JSON are held whole. Every table of one file has the same columns and
    dtypes, `not_applicable` among them. A source without cases yields one empty table
    a file. Row numbers run on from chunk to chunk and from file to file.

    Parameters
    ----------
    source, layout, code_edition, normalise, columns, keep …
        as in `read_cases`
    chunk_rows : int
        rows of a table, 1 or more

    Raises
    ------
    ArgumentError, NotFoundError, FileFormatError
        as `read_cases`, when the table in question is read.

    Examples
    --------
    >>> import pandas as pd
    >>> raw = pd.DataFrame({"病案号": ["1", "2"], "性别": ["女", "男"], "诊断编码": ["K80.101", "I10.x00"]})
    >>> [len(cases) for cases in iter_cases(raw, chunk_rows=1)]
    [1, 1]
    """
    chunks = chunks_to_read(
        source,
        chunk_rows=chunk_rows,
        layout=layout,
        code_edition=code_edition,
        normalise=normalise,
        columns=columns,
        keep=keep,
        keep_identifiers=keep_identifiers,
        values=values,
        rename=rename,
        ignore=ignore,
        watch=watch,
    )
    return (chunk.frame() for chunk in chunks)


def chunks_to_read(
    source: str | os.PathLike[str] | pd.DataFrame | Any,
    *,
    chunk_rows: int = CHUNK_ROWS,
    layout: str | os.PathLike[str] = "auto",
    code_edition: Edition = "insurance",
    normalise: bool = True,
    columns: Iterable[str] | None = None,
    keep: Keep = (),
    keep_identifiers: bool = False,
    values: Mapping[str, Mapping[str, Value]] | None = None,
    rename: Mapping[str, str] | None = None,
    ignore: Iterable[str] = (),
    watch: Callable[[ReadReport], None] | None = None,
) -> Iterator[ChunkToRead]:
    """The chunks of `iter_cases` before they are understood: any thread may then take one and read it."""
    if code_edition not in get_args(Edition):
        raise ArgumentError("no such code edition", got=code_edition, allowed=get_args(Edition))
    if chunk_rows < 1:
        raise ArgumentError("chunk_rows must be 1 or more", got=chunk_rows)
    if code_edition == "clinical" and not normalise:
        raise ArgumentError(
            "clinical codes can only be translated when they are normalised", do="leave normalise=True"
        )
    wanted = None if columns is None else {case_column(name).name for name in columns}
    named = dict(rename or {})
    for target in named.values():
        case_column(split_target(target)[0])
    meanings = {
        name: {text: as_value(name, value) for text, value in texts.items()}
        for name, texts in (values or {}).items()
    }
    kept, named_to_keep = _to_keep(keep)
    asked = (
        None if layout == "auto" else find_layout(Path(layout) if isinstance(layout, os.PathLike) else layout)
    )

    def rows() -> Iterator[ChunkToRead]:
        start = 0
        nodes = nested_lists() if asked is None else {**nested_lists(), **asked.nodes}
        passed = frozenset(" ".join(header.split()) for header in ignore)
        headers = AskedHeaders(named, [*named_to_keep, *passed])
        for number, (where, tables, last) in enumerate(raw_tables(source, nodes=nodes)):
            table, match = recognise(tables, layout=asked, rename=named, where=where, ignore=passed)
            headers.find(match, where)
            if last:
                headers.refuse_missing()
            match = replace(match, layout=match.layout.with_values(meanings))
            todo = plan(
                match,
                keep=kept,
                asked=named_to_keep,
                keep_identifiers=keep_identifiers,
                rename=named,
                ignore=passed,
            )
            if wanted is not None:
                codes = todo.watched if KINDS.keys() & wanted else ()
                todo = replace(todo, match=match.only(with_helpers(wanted)), watched=codes)
                todo = replace(todo, says_not_applicable=NOT_APPLICABLE in wanted, wanted=frozenset(wanted))
            repair = code_edition if normalise else None
            first = True
            held, before = hasattr(table, "as_sheet"), 0
            # what says whether a row is a case is looked at even where it was not asked for
            looked = sorted({*todo.positions, *match.positions, *range(min(3, len(match.header)))})
            for raw in table.chunks(match.header_row, looked, chunk_rows):
                chunk = cleaned(raw, match, looked, start=before, held=held)
                before += raw.rows
                if first:
                    todo = todo.without_personal(chunk)
                yield ChunkToRead(table, todo, number, start, chunk, first=first, repair=repair, watch=watch)
                start += chunk.rows
                first = False
            if first:
                yield ChunkToRead(table, todo, number, start, None, first=True, repair=repair, watch=watch)

    return rows()


def layout_of(source: str | os.PathLike[str] | pd.DataFrame | Any) -> list[tuple[str, Layout]]:
    """(name, layout) of every table of `source`, as `layout="auto"` would take it, reading headers only."""
    return [
        (where, recognise(tables, layout=None, rename={}, where=where)[1].layout)
        for where, tables, _ in raw_tables(source, nodes=nested_lists())
    ]


def _to_keep(keep: Keep) -> tuple[Callable[[str], bool], list[str]]:
    """Whether to keep a column of this header, and the headers that must be there."""
    if keep is None:
        return (lambda header: False), []
    if callable(keep):
        return keep, []
    if keep == "all":
        return lambda header: True, []
    named = [keep] if isinstance(keep, str) else list(keep)
    return frozenset(named).__contains__, named


class AskedHeaders:
    """Headers still to be found, told off against the header of each file."""

    def __init__(self, rename: Mapping[str, str], keep: Iterable[str]) -> None:
        self._rename = {header_key(header): header for header in rename}
        self._keep = {" ".join(header.split()): header for header in keep}
        self._seen: dict[str, None] = {}
        self._files: list[str] = []

    def find(self, match: Match, where: str) -> None:
        """Strike out what this file has; a column of the case table is kept anyway."""
        self._files.append(where)
        for cell in filter(str.strip, match.header):
            for key in header_keys(cell):
                self._rename.pop(key, None)
            name = " ".join(cell.split())
            self._keep.pop(name, None)
            self._seen[name] = None
        for name in match.names:
            self._keep.pop(name, None)

    def refuse_missing(self) -> None:
        """Raises ColumnError when a header is in none of the files seen so far."""
        others = len(self._files) - 1
        where = f"{self._files[0]} and {others} more" if others else self._files[0]
        for option, left in (("rename", self._rename), ("keep", self._keep)):
            if left:
                first, *further = left.values()
                also = f" (nor {', '.join(map(repr, further))})" if further else ""
                raise ColumnError(
                    f"no column of the source has this header, which {option} names{also}",
                    got=first,
                    nearest=self._seen,
                    allowed=list(self._seen),
                    where=where,
                    do=f"write the header in {option} as it stands in the file",
                )
