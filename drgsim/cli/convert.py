"""`drgsim convert`: a file of cases in the columns of the case table."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._reading import add_reading_arguments, reading_options, tell_left_out
from ._say import say

if TYPE_CHECKING:
    from ..cases.read_chunk import ChunkToRead
    from ..cases.read_report import ReadReport


def add_parser(commands: Any) -> None:
    """Add `convert` to the command line."""
    parser = commands.add_parser(
        "convert",
        help="write a file of cases in drgsim's columns 转换格式",
        description="Reads any known layout and writes the case table; the ending says whether as Parquet, "
        "CSV or a workbook, or as settlement lists 4101 (JSON, or sheets with --lists). "
        "Columns that name persons are left out. 读入任一已知格式, 写成统一的病例表或结算清单 4101。",
    )
    add_reading_arguments(parser)
    parser.add_argument("out", metavar="OUT", help=".parquet, .csv, .xlsx; .json or .jsonl: lists 4101")
    parser.add_argument("--lists", action="store_true", help="a workbook of lists 4101 清单分表")
    parser.add_argument(
        "--chinese", action="store_true", help="Chinese header (workbooks have it but for --lang en)"
    )
    parser.add_argument(
        "--encoding",
        default="utf-8",
        choices=("utf-8", "utf-8-sig", "gb18030"),
        help="of CSV (default: utf-8)",
    )
    parser.add_argument(
        "--keep", metavar="HEADER", action="append", default=[], help="a further column to keep"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from .._optional import installed
    from ..errors import ColumnError

    form = Path(arguments.out).suffix.lower()
    text = form == ".csv" and arguments.encoding != "gb18030" and installed("pyarrow")
    whole = arguments.lists or form not in (".parquet", ".csv", ".xlsx")
    make = _whole if whole else _streamed if form == ".parquet" or text else _in_parts
    try:
        report = make(arguments)
    except ColumnError:
        if make is _whole:
            raise
        report = _whole(arguments)  # files of different columns make one table only as a whole
    if report is not None:
        say(report)
    return 0


def _whole(arguments: argparse.Namespace) -> ReadReport | None:
    from ..cases import read_cases, report_of, write_cases
    from ..cases.columns import without_personal
    from ..office.list_files import TEXTS
    from ..office.settlement_list import not_in_4101, write_4101

    cases = read_cases(arguments.file, keep=arguments.keep, **reading_options(arguments, refuse=False))
    handed_on = without_personal(cases, keep=arguments.keep)
    if arguments.lists or Path(arguments.out).suffix.lower() in TEXTS:
        write_4101(handed_on, arguments.out)
        tell_left_out(not_in_4101(handed_on))
        return report_of(cases)
    labels: Any = "zh" if arguments.chinese else None
    write_cases(handed_on, arguments.out, labels=labels, encoding=arguments.encoding)
    return report_of(cases)


def _in_parts(arguments: argparse.Namespace) -> ReadReport:
    """Part by part to a workbook, or to CSV in another encoding; memory does not grow with the file. Of a
    Parquet file too many rows for a sheet are told before any is read."""
    from .._excel import refuse_rows
    from ..cases.columns import without_personal
    from ..cases.read import iter_cases, made_columns
    from ..cases.read_report import KEY, ReadReport
    from ..cases.write import cases_writer

    reports: list[ReadReport] = []
    labels: Any = "zh" if arguments.chinese else None
    if Path(arguments.out).suffix.lower() == ".xlsx":
        refuse_rows(_rows_of_parquet(arguments.file), Path(arguments.file).name)
    parts = iter_cases(arguments.file, keep=arguments.keep, **reading_options(arguments, refuse=False))
    with cases_writer(arguments.out, labels=labels, encoding=arguments.encoding) as write:
        for part in parts:
            reports.append(part.attrs[KEY])
            made = [name for name in made_columns(reports[-1:]) if name in part and part[name].isna().all()]
            write(without_personal(part.drop(columns=made), keep=arguments.keep))
    return ReadReport.joined(reports)


def _rows_of_parquet(file: str) -> int:
    """As its end says; 0 for another file, and for one whose reader has to say what is wrong."""
    from .._optional import installed

    if not file.lower().endswith(".parquet") or not installed("pyarrow"):
        return 0
    import pyarrow as pa
    import pyarrow.parquet

    try:
        return int(pa.parquet.read_metadata(file).num_rows)
    except (OSError, pa.ArrowException):
        return 0


def _streamed(arguments: argparse.Namespace) -> ReadReport:
    """Arrow batches from file to file, read and written at once; memory does not grow with the file. Column
    `not_applicable` is always there, as later batches cannot be asked; for another it is written whole."""
    from .._optional import require
    from .._parallel import overlapped, reuse_memory, thread_count
    from ..cases.arrow_cases import arrow_cases
    from ..cases.chunk_writer import as_csv_text, chunk_writer
    from ..cases.columns import case_columns, column_labels
    from ..cases.read import chunks_to_read, made_columns
    from ..cases.read_report import ReadReport

    pa = require("pyarrow", extra="arrow", feature="writing Parquet files")
    reuse_memory()
    headers = column_labels("zh") if arguments.chinese else {}
    personal = {name for name, column in case_columns().items() if column.personal} - {*arguments.keep}
    chunks = chunks_to_read(arguments.file, keep=arguments.keep, **reading_options(arguments, refuse=False))
    text = arguments.out.lower().endswith(".csv")
    reports: list[ReadReport] = []

    def work(chunk: ChunkToRead) -> tuple[Any, ReadReport]:
        cases = arrow_cases(chunk, {})
        made = made_columns([cases.report])
        columns = {
            headers.get(name, name): as_csv_text(name, array) if text else array
            for name, array in cases.columns.items()
            if name not in personal and not (name in made and array.null_count == len(array))
        }
        return pa.table(columns), cases.report

    with chunk_writer(arguments.out, bom=arguments.encoding == "utf-8-sig") as write:
        for table, report in overlapped(chunks, work, threads=thread_count(None)):
            write(table)
            reports.append(report)
    return ReadReport.joined(reports)
