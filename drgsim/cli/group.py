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

    from ..grouping import DrgGrouper

CHUNK_ROWS = 1 << 17
SHOWN_REASONS = 6


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
    from ..grouping import DrgGrouper

    grouper = DrgGrouper(arguments.scheme, on=arguments.on, threads=arguments.threads)
    tally = _Tally(quiet=arguments.quiet)
    options = reading_options(arguments)
    normalise = arguments.normalise or arguments.code_edition == "clinical"
    chunks = iter_cases(arguments.file, chunk_rows=CHUNK_ROWS, normalise=normalise, keep="all", **options)
    with chunk_writer(arguments.out) as write:
        for cases in chunks:
            grouped = grouper.group(cases, names=arguments.names)
            write(_beside(cases, grouped))
            tally.add(grouped)
    tally.tell(grouper)
    return 0


def _beside(cases: pd.DataFrame, grouped: pd.DataFrame) -> pd.DataFrame:
    """The cases with their groups; columns that were there under the same names become `input_…`."""
    taken = {name: f"input_{name}" for name in cases.columns if name in grouped.columns}
    return cases.rename(columns=taken).join(grouped)


class _Tally:
    """Counts while the file runs, on stderr: progress for a person, a summary at the end."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.rows = 0
        self.status: Counter[str] = Counter()
        self.reason: Counter[str] = Counter()
        self.start = time.perf_counter()

    def add(self, grouped: pd.DataFrame) -> None:
        self.rows += len(grouped)
        for name, counts in (("status", self.status), ("reason", self.reason)):
            counts.update({str(value): int(n) for value, n in grouped[name].value_counts().items()})
        if not self.quiet and sys.stderr.isatty():
            print(f"\r{self.rows:,} cases", end="", file=sys.stderr)

    def tell(self, grouper: DrgGrouper) -> None:
        if self.quiet:
            return
        seconds = time.perf_counter() - self.start
        start = "\r" if sys.stderr.isatty() else ""
        shares = ", ".join(
            f"{name} {count:,} ({count / self.rows:.1%})" for name, count in self.status.items() if count
        )
        print(f"{start}{self.rows:,} cases in {seconds:.1f} s: {shares or 'none'}", file=sys.stderr)
        for reason, count in self.reason.most_common(SHOWN_REASONS):
            if reason and count:
                print(f"  {reason}: {count:,}", file=sys.stderr)
        scheme = grouper.compiled
        print(f"scheme {scheme.id} ({scheme.title}), trust: {scheme.trust}", file=sys.stderr)
