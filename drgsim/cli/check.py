"""`drgsim check`: what is wrong in a file of cases."""

from __future__ import annotations

import argparse
from typing import Any

from ._reading import add_reading_arguments, reading_options


def add_parser(commands: Any) -> None:
    """Add `check` to the command line."""
    parser = commands.add_parser(
        "check",
        help="find what is wrong in a file of cases 病例质控",
        description="Reads the cases, says which layout was taken and why, and counts what each rule found. "
        "Exit code 1 when there are errors. 读入病例, 说明所用格式, 列出各规则发现的问题数。",
    )
    add_reading_arguments(parser)
    parser.add_argument("--out", metavar="FILE", help="write every problem, a row each, to .csv or .xlsx")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..cases import check_cases, read_cases, report_of

    cases = read_cases(arguments.file, **reading_options(arguments))
    report = report_of(cases)
    if report is not None:
        print(report.account())
    problems = check_cases(cases)
    print(problems)
    if arguments.out:
        problems.to_file(arguments.out)
    return 1 if problems.counts()["error"] else 0
