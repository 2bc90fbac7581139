"""`drgsim check`: what is wrong in a file of cases."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ._reading import add_reading_arguments, reading_options
from ._say import say

if TYPE_CHECKING:
    import pandas as pd

    from ..cases.check import ProblemTally
    from ..cases.problems import ProblemTable


def add_parser(commands: Any) -> None:
    """Add `check` to the command line."""
    parser = commands.add_parser(
        "check",
        help="find what is wrong in a file of cases 病例质控",
        description="Reads the cases, says which layout was taken and why, and counts what each rule found. "
        "Exit code 1 when there are errors. 读入病例, 说明所用格式, 列出各规则发现的问题数。",
        epilog="example: drgsim check cases.xlsx --out problems.xlsx",
    )
    add_reading_arguments(parser)
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="write every problem, a row each with sheet row, department and doctor, to .xlsx (a sheet a "
        "department) or .csv 逐条问题清单",
    )
    parser.add_argument(
        "--chinese", action="store_true", help="Chinese headers in the CSV, as in the workbook 中文表头"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..cases.check import ProblemTally, check_in_parts, findings_of
    from ..cases.checking.worklist import CoderBook
    from ..cases.problems import unchecked_line

    options = reading_options(arguments, refuse=False)
    tally = None if arguments.out else _counted(arguments.file, options)
    if tally is None:
        tally = ProblemTally()
        parts: list[ProblemTable] = []

        def found(part: ProblemTable) -> None:
            tally.add(part)
            if arguments.out and (len(part) or len(part.not_checked)):
                parts.append(part)

        book = CoderBook(arguments.out, chinese=arguments.chinese) if arguments.out else None
        cases = _read(arguments.file, options, found)
        if book is None:
            for finding in findings_of(cases):
                tally.count(finding)
        else:
            for part in check_in_parts(cases):
                found(part)
            book.write(parts, cases)
    say(tally)
    if unchecked := unchecked_line(tally.not_checked):
        say(unchecked)
    return 1 if tally.counts()["error"] else 0


def _counted(file: str, options: dict[str, Any]) -> ProblemTally | None:
    """How often each rule was broken, the cases looked at chunk by chunk as they are read: of them all only
    the keys are held by which stays are compared. None where the chunks have not the same columns."""
    from .._parallel import overlapped, thread_count
    from ..cases.check import LookedAt, ProblemTally, findings_of_parts, look_at
    from ..cases.read import chunks_to_read, joined
    from ..cases.read_chunk import ChunkToRead
    from ..cases.read_report import KEY, ReadReport

    def look(chunk: ChunkToRead) -> tuple[ReadReport, LookedAt]:
        frame = chunk.frame()
        report: ReadReport = frame.attrs.pop(KEY)
        return report, look_at(joined([frame], [report]))

    tally, reports, parts = ProblemTally(), [], []
    for report, part in overlapped(chunks_to_read(file, **options), look, threads=thread_count(None)):
        tally.add(report.problems)
        reports.append(report.without_problems())
        parts.append(part)
    findings = findings_of_parts(parts)
    if findings is None:
        return None
    say(ReadReport.joined(reports).account())
    for finding in findings:
        tally.count(finding)
    return tally


def _read(file: str, options: dict[str, Any], found: Any) -> pd.DataFrame:
    """All cases, chunks read side by side; what reading found is handed on chunk by chunk, and how it went is
    printed."""
    from .._parallel import overlapped, thread_count
    from ..cases import ReadReport
    from ..cases.read import chunks_to_read, joined
    from ..cases.read_chunk import ChunkToRead
    from ..cases.read_report import KEY

    chunks, reports = [], []
    todo = chunks_to_read(file, **options)
    for chunk in overlapped(todo, ChunkToRead.frame, threads=thread_count(None)):
        report: ReadReport = chunk.attrs.pop(KEY)
        found(report.problems)
        reports.append(report.without_problems())
        chunks.append(chunk)
    report = ReadReport.joined(reports)
    say(report.account())
    cases = joined(chunks, [report])
    cases.attrs["sheet_rows"] = report.at
    return cases
