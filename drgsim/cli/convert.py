"""`drgsim convert`: a file of cases in the columns of the case table."""

from __future__ import annotations

import argparse
from typing import Any

from ._reading import add_reading_arguments, reading_options


def add_parser(commands: Any) -> None:
    """Add `convert` to the command line."""
    parser = commands.add_parser(
        "convert",
        help="write a file of cases in drgsim's columns 转换格式",
        description="Reads any known layout and writes the case table; the ending says whether as Parquet, "
        "CSV or a workbook. Columns that name persons are left out. 读入任一已知格式, 写成统一的病例表。",
    )
    add_reading_arguments(parser)
    parser.add_argument("out", metavar="OUT", help=".parquet, .csv or .xlsx")
    parser.add_argument("--chinese", action="store_true", help="Chinese header (workbooks have it anyway)")
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
    from ..cases import read_cases, report_of, write_cases
    from ..cases.columns import without_personal

    cases = read_cases(arguments.file, keep=arguments.keep, **reading_options(arguments))
    handed_on = without_personal(cases, keep=arguments.keep)
    write_cases(
        handed_on, arguments.out, labels="zh" if arguments.chinese else None, encoding=arguments.encoding
    )
    report = report_of(cases)
    if report is not None:
        print(report)
    return 0
