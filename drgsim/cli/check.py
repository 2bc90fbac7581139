"""`drgsim check`: what is wrong in a file of cases."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ._reading import add_reading_arguments, reading_options
from ._say import say

if TYPE_CHECKING:
    import pandas as pd

    from ..cases.check import LookedAt, ProblemTally
    from ..cases.problems import Finding, ProblemTable
    from ..cases.read_chunk import ChunkToRead
    from ..cases.read_report import ReadReport


CHUNK_ROWS = 1 << 16  # each rule makes columns of its own of a chunk


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
    from ..cases.problems import unchecked_line

    options = reading_options(arguments, refuse=False)
    try:
        tally = _checked(arguments, options)
    except _UnlikeError as found:
        tally = _checked(arguments, options, like=found.columns)
    say(tally)
    if unchecked := unchecked_line(tally.not_checked):
        say(unchecked)
    return 1 if tally.counts()["error"] else 0


class _UnlikeError(Exception):
    """Chunks have not the same columns; those of all together, and their dtypes."""

    def __init__(self, columns: dict[str, Any]) -> None:
        self.columns = columns


def _checked(
    arguments: argparse.Namespace, options: dict[str, Any], *, like: dict[str, Any] | None = None
) -> ProblemTally:
    """How often each rule was broken, the cases looked at chunk by chunk as they are read; each problem is
    written as it is found, if it was asked for. Of the cases only the keys are held by which stays are
    compared.

    Raises _UnlikeError where chunks have not the same columns, and nothing is written: what a rule lacks
    depends on all of them, so the cases are to be looked at once more, `like` that.
    """
    import numpy as np

    from .._optional import installed
    from .._parallel import overlapped, reuse_memory, thread_count
    from ..cases.check import ProblemTally, across, look_at
    from ..cases.checking.worklist import CoderList, for_coders
    from ..cases.problems import ProblemTable
    from ..cases.read import chunks_to_read, joined
    from ..cases.read_report import KEY, ReadReport

    def listed(findings: Iterable[Finding], cases: pd.DataFrame, read: Sequence[ProblemTable] = ()) -> Any:
        if not arguments.out:
            return None
        found = ProblemTable.of(findings, index=cases.index, cases=cases.get("case_id"))
        return for_coders(ProblemTable.joined([*read, found]), cases, by_row=True)

    def look(chunk: ChunkToRead) -> tuple[ReadReport, LookedAt, Any]:
        frame = chunk.frame()
        report: ReadReport = frame.attrs.pop(KEY)
        cases = joined([frame], [report])
        at = np.arange(len(cases)) + chunk.start + 2 if report.at is None else report.at
        part = look_at(cases, at=at, like=like, first=chunk.first and not chunk.number)
        cases.attrs["sheet_rows"] = at
        return report, part, listed(part.findings, cases, [report.problems])

    if installed("pyarrow"):
        reuse_memory()
    tally, reports, parts = ProblemTally(), [], []
    with CoderList(arguments.out, chinese=arguments.chinese) if arguments.out else nullcontext() as book:
        for report, part, table in overlapped(
            chunks_to_read(arguments.file, chunk_rows=CHUNK_ROWS, **options), look, threads=thread_count(None)
        ):
            tally.add(report.problems)
            for finding in part.findings:
                tally.count(finding)
            if book is not None and len(table):
                book.add(table)
            reports.append(report.without_problems())
            parts.append(replace(part, findings=()))
        columns = {name: kind for part in parts for name, kind in part.columns.items()}
        if like is None and any(part.columns.keys() != columns.keys() for part in parts):
            raise _UnlikeError(columns)
        cases, findings = across(parts)
        for finding in findings:
            tally.count(finding)
        if book is not None:
            cases.attrs["sheet_rows"] = cases.pop("sheet_row").to_numpy()
            book.add(listed(findings, cases))
            book.end(tally)
    say(ReadReport.joined(reports).account())
    return tally
