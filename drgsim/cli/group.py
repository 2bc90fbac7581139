"""`drgsim group`: the DRG of every case of a file, chunk by chunk, so that memory stays small."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from ._reading import add_reading_arguments, reading_options

if TYPE_CHECKING:
    import pandas as pd

    from ..cases.problems import ProblemTable
    from ..cases.read_report import ReadReport
    from ..grouping import DrgGrouper

CHUNK_ROWS = 1 << 17
SHOWN_REASONS = 6
# column whose text the reader could not take → what its reasons begin with
UNREAD = {
    "sex": "sex",
    "age": "age",
    "age_days": "age_days",
    "birth_weight": "weight",
    "admission_weight": "weight",
    "los": "los",
    "discharge": "discharge",
    "icu_hours": "icu_hours",
}


def add_parser(commands: Any) -> None:
    """Add `group` to the command line."""
    parser = commands.add_parser(
        "group",
        help="find the DRG of every case of a file 病例分组",
        description="Writes the cases with their MDC, ADRG, DRG, severity, status and a reason. "
        "Status: grouped, ambiguous (歧义组 QY), ungrouped (0000), invalid (an input that is needed is "
        "missing or wrong). No row is ever left out. 对文件中每个病例分组; 不丢一行, 不改一个编码。",
        epilog="example: drgsim group cases.csv -o grouped.csv --scheme chs-drg-2.0",
    )
    add_reading_arguments(parser)
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help=".csv, .csv.gz or .parquet")
    parser.add_argument(
        "--scheme",
        default="chs-drg",
        metavar="ID",
        help="id or folder of a scheme, or a family (default: chs-drg, the edition in force on --on)",
    )
    parser.add_argument("--on", metavar="DATE", help="the day that picks a family's edition (default: today)")
    parser.add_argument("--names", action="store_true", help="also write the names of MDC, ADRG and DRG")
    parser.add_argument(
        "--normalise",
        action="store_true",
        help="first repair the spelling of codes where nothing is lost; otherwise codes count as written",
    )
    parser.add_argument("--threads", type=int, metavar="N", help="default: one for each core")
    parser.add_argument("--quiet", action="store_true", help="no progress and no summary")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..cases import iter_cases
    from ..cases.chunk_writer import chunk_writer
    from ..cases.read_report import KEY
    from ..grouping import DrgGrouper

    grouper = DrgGrouper(arguments.scheme, on=arguments.on, threads=arguments.threads)
    tally = _Tally(quiet=arguments.quiet)
    options = reading_options(arguments)
    normalise = arguments.normalise or arguments.code_edition == "clinical"
    chunks = iter_cases(arguments.file, chunk_rows=CHUNK_ROWS, normalise=normalise, keep="all", **options)
    with chunk_writer(arguments.out) as write:
        for cases in chunks:
            report: ReadReport = cases.attrs[KEY]
            grouped = _grouped(grouper, cases, report.problems, names=arguments.names)
            write(_beside(cases, grouped))
            tally.add(grouped, report)
    tally.tell(grouper)
    return 0


def _grouped(
    grouper: DrgGrouper, cases: pd.DataFrame, problems: ProblemTable, *, names: bool
) -> pd.DataFrame:
    """The groups; what was there but could not be read is unreadable in the reason, not missing."""
    from ..grouping.errors import CaseColumnsError

    try:
        grouped = grouper.group(cases, names=names)
    except CaseColumnsError as error:
        error.do = "say which header of the file it is: --rename HEADER=COLUMN"
        raise
    found = problems.frame[problems.frame["rule"].isin(["unreadable", "value-unknown", "value-undecided"])]
    for column, start in UNREAD.items():
        rows = found.loc[found["column"] == column, "row"]
        missing = grouped.index.isin(rows) & (grouped["reason"] == f"{start}_missing")
        grouped.loc[missing, "reason"] = f"{start}_unreadable"
    return grouped


def _beside(cases: pd.DataFrame, grouped: pd.DataFrame) -> pd.DataFrame:
    """The cases with their groups; columns that were there under the same names become `input_…`."""
    from ..cases.columns import without_personal

    names = {*cases.columns, *grouped.columns}
    renamed: dict[str, str] = {}
    for name in filter(cases.columns.__contains__, grouped.columns):
        renamed[name] = f"input_{name}"
        while renamed[name] in names:
            renamed[name] = f"input_{renamed[name]}"
        names.add(renamed[name])
    return without_personal(cases.rename(columns=renamed).join(grouped))


class _Tally:
    """Counts while the file runs, on stderr: progress for a person, a summary at the end."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.rows = 0
        self.status: Counter[str] = Counter()
        self.reason: Counter[str] = Counter()
        self.read: list[ReadReport] = []  # one, without problems: those are only counted
        self.problems: Counter[tuple[str, str, str]] = Counter()
        self.start = time.perf_counter()

    def add(self, grouped: pd.DataFrame, report: ReadReport) -> None:
        self._add_reading(report)
        self.rows += len(grouped)
        for name, counts in (("status", self.status), ("reason", self.reason)):
            counts.update({str(value): int(n) for value, n in grouped[name].value_counts().items()})
        if not self.quiet and sys.stderr.isatty():
            print(f"\r{self.rows:,} cases", end="", file=sys.stderr)

    def _add_reading(self, report: ReadReport) -> None:
        from ..cases.read_report import ReadReport

        found = report.problems.summary()
        for rule, column, count, words in zip(
            found["rule"], found["column"], found["count"], found["en"], strict=True
        ):
            self.problems[rule, column, words] += count
        self.read = [ReadReport.joined([*self.read, report.without_problems()])]

    def tell(self, grouper: DrgGrouper) -> None:
        if self.quiet:
            return
        seconds = time.perf_counter() - self.start
        start = "\r" if sys.stderr.isatty() else ""
        shares = ", ".join(
            f"{name} {count:,} ({count / self.rows:.1%})" for name, count in self.status.items() if count
        )
        for report in self.read:
            print(f"{start}{report.account()}", file=sys.stderr)
        for (rule, column, words), count in self.problems.most_common():
            print(f"  {count:,} {rule} {column}: {words}", file=sys.stderr)
        print(f"{self.rows:,} cases in {seconds:.1f} s: {shares or 'none'}", file=sys.stderr)
        for reason, count in self.reason.most_common(SHOWN_REASONS):
            if reason and count:
                print(f"  {reason}: {count:,}", file=sys.stderr)
        scheme = grouper.compiled
        print(f"scheme {scheme.id} ({scheme.title}), trust: {scheme.trust}", file=sys.stderr)
