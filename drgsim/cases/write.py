"""Write tables of cases: Parquet, CSV, and workbooks a hospital can open; whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .._atomic import replacing
from .._excel import workbook
from .._optional import require
from ..errors import ArgumentError
from ..language import stated_language
from .chunk_writer import aligned
from .columns import case_columns, column_labels
from .texts import neutral_frame

if TYPE_CHECKING:
    import pandas as pd

Labels = Literal["name", "zh"]
Encoding = Literal["utf-8", "utf-8-sig", "gb18030"]

_LINE_END = "\r\n"  # both signs, because only signs of the line end are put in quotes inside a cell
WRITTEN = (".parquet", ".csv", ".xlsx")


def write_cases(
    cases: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    labels: Labels | None = None,
    encoding: Encoding = "utf-8",
) -> None:
    """Write a table of cases; the ending of `path` says how: `.parquet`, `.csv` or `.xlsx`.

    Parameters
    ----------
    cases : table of cases; further columns are written as they are, the index is not
    labels : header by column name or in Chinese; None: names in Parquet, CSV and English runs, else Chinese
    encoding : of CSV; "utf-8-sig" opens in Excel by a double click

    `read_cases` reads back what was written: missing stays missing, codes stay text, no list of codes
    (missing, written `NA` in text) stays apart from a list without codes (empty).

    Raises ArgumentError for another ending or a table too large for a sheet, NotFoundError when the folder
    does not exist, MissingExtraError without the library a format needs.

    Examples
    --------
    >>> import pandas as pd
    >>> from tempfile import TemporaryDirectory
    >>> from drgsim import read_cases, write_cases
    >>> folder = TemporaryDirectory()
    >>> write_cases(
    ...     pd.DataFrame({"case_id": ["A1"], "diagnoses": ["I10.x00"], "sex": [1], "age": [60]}),
    ...     f"{folder.name}/cases.csv",
    ... )
    >>> read_cases(f"{folder.name}/cases.csv")["diagnoses"].tolist()
    ['I10.x00']
    >>> folder.cleanup()
    """
    if _form(Path(path)) == ".parquet":
        with replacing(path) as part:
            require("pyarrow", extra="arrow", feature="writing Parquet files")
            bare = cases.rename(columns=_headers(cases, labels == "zh"))
            bare.attrs = {}
            bare.to_parquet(part, index=False)
        return
    with cases_writer(path, labels=labels, encoding=encoding) as write:
        write(cases)


@contextmanager
def cases_writer(
    path: str | os.PathLike[str], *, labels: Labels | None = None, encoding: Encoding = "utf-8"
) -> Iterator[Callable[[pd.DataFrame], None]]:
    """As `write_cases` to `.csv` or `.xlsx`, for cases that come in parts: a function to call with each,
    all in the columns of the first. Memory does not grow with the parts; the file appears at the end.
    """
    target = Path(path)
    if _form(target, allowed=(".csv", ".xlsx")) == ".xlsx":
        chinese = labels == "zh" or (labels is None and stated_language() != "en")
        sheet: Callable[[pd.DataFrame], None] | None = None
        with workbook(target, streamed=True, as_given=True) as book:

            def write(cases: pd.DataFrame) -> None:
                nonlocal sheet
                if sheet is None:
                    sheet = book.parts("病例" if chinese else "cases", headers=_headers(cases, chinese))
                sheet(_as_text(cases))

            yield aligned(write)
        return
    with replacing(target) as part, part.open("w", encoding=encoding, newline="") as file:

        def write_text(cases: pd.DataFrame) -> None:
            bare = neutral_frame(_as_text(cases).rename(columns=_headers(cases, labels == "zh")))
            bare.to_csv(file, index=False, header=not file.tell(), lineterminator=_LINE_END)

        yield aligned(write_text)


def _headers(cases: pd.DataFrame, chinese: bool) -> dict[Any, str]:
    own = column_labels("zh") if chinese else {}
    return {name: own.get(name, str(name)) for name in cases.columns}


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Any table to `.csv` (UTF-8 with a byte order mark, for Excel) or `.xlsx`."""
    with table_writer(path) as write:
        write(frame)


@contextmanager
def table_writer(path: str | os.PathLike[str]) -> Iterator[Callable[[pd.DataFrame], None]]:
    """As `write_table`, for a table that comes in parts: a function to call with each, the first with all
    columns. The file appears when the block ends well."""
    target = Path(path)
    form = _form(target, allowed=(".csv", ".xlsx"))
    if form == ".xlsx":
        with workbook(target, streamed=True, as_given=True) as book:
            yield book.parts("table")
        return
    with replacing(target) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
        yield lambda frame: neutral_frame(frame).to_csv(
            file, index=False, header=not file.tell(), lineterminator=_LINE_END
        )


def _form(path: Path, *, allowed: tuple[str, ...] = WRITTEN) -> str:
    suffix = path.suffix.lower()
    if suffix not in allowed:
        raise ArgumentError("the ending of the file says how it is written", got=path.name, allowed=allowed)
    return suffix


def _as_text(cases: pd.DataFrame) -> pd.DataFrame:
    """Where an empty cell could mean two things, in words: codes that are missing, and flags."""
    written = cases.copy(deep=False)
    flags = {True: "true", False: "false"} if stated_language() == "en" else {True: "是", False: "否"}
    for name in cases.columns:
        column = case_columns().get(str(name))
        if column is not None and column.kind == "codes":
            written[name] = cases[name].astype(object).where(cases[name].notna(), "NA")
        elif column is not None and column.kind == "flag":
            written[name] = cases[name].astype(object).map(flags)
    return written
