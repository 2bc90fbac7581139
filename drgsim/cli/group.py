"""`drgsim group`: the DRG of every case of a file, chunk by chunk, so that memory stays small."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._parallel import overlapped, reuse_memory, thread_count
from ..language import either, language, stated_language
from ..words import chinese, headers, word
from ._reading import ReadTally, add_reading_arguments, reading_options
from ._say import both, say

if TYPE_CHECKING:
    from ..cases.read_chunk import ChunkToRead
    from ..grouping import DrgGrouper
    from ..grouping.street import GroupedChunk


GROUPS = ("mdc", "mdc_name", "adrg", "adrg_name", "drg", "drg_name", "severity", "status", "reason")
LABELS = headers(
    "mdc", "mdc_name", "adrg", "adrg_name", "drg", "drg_name", "severity", "status", "reason", room="grouped"
)


@contextmanager
def grouped_writer(path: str, *, chinese: bool = False) -> Iterator[Callable[[Any], None]]:
    """A function to call with each chunk, a DataFrame or an Arrow table; the ending of `path` says how.

    CSV begins with a byte order mark, so that Excel reads its Chinese. Raises as its writers do.
    """
    if Path(path).suffix.lower() == ".xlsx":
        from .._excel import workbook

        chinese = chinese or stated_language() == "zh"
        with workbook(path, streamed=True, as_given=True) as book:
            sheet = book.parts("分组结果" if chinese else "groups")
            yield lambda chunk: sheet(_shown(_frame(chunk), chinese))
        return
    from ..cases.chunk_writer import ENDINGS, chunk_writer

    with chunk_writer(path, bom=True, allowed=(*ENDINGS, ".xlsx")) as write:
        yield lambda chunk: write(_shown(chunk, chinese))


def _shown(chunk: Any, chinese: bool) -> Any:
    """The chunk with its groups in front, its headers in Chinese if wanted."""
    from ..cases.columns import column_labels

    names = list(chunk.columns if not hasattr(chunk, "column_names") else chunk.column_names)
    order = [*(name for name in GROUPS if name in names), *(name for name in names if name not in GROUPS)]
    ordered = chunk[order] if not hasattr(chunk, "column_names") else chunk.select(order)
    if not chinese:
        return ordered
    labels = {**column_labels("zh"), **LABELS}
    used: set[str] = set()
    shown = []
    for name in order:
        label = labels.get(str(name), str(name))
        label = label if label not in used else f"{label} ({name})"
        used.add(label)
        shown.append(label)
    return (
        ordered.rename_columns(shown) if hasattr(chunk, "column_names") else ordered.set_axis(shown, axis=1)
    )


def _frame(chunk: Any) -> Any:
    return chunk.to_pandas() if hasattr(chunk, "column_names") else chunk


CHUNK_ROWS = 1 << 18
SHOWN_REASONS = 6
NOT_IN_USE = ("unknown_principal", "gray_principal")  # reasons told with the codes in use


def add_parser(commands: Any) -> None:
    """Add `group` to the command line."""
    parser = commands.add_parser(
        "group",
        help="find the DRG of every case of a file 病例分组",
        description="Writes the cases with their MDC, ADRG, DRG, severity, status and a reason. "
        "Status: grouped, ambiguous (QY), ungrouped (0000), invalid (an input that is needed is "
        "missing or wrong). No row is left out; the spelling of codes is repaired where nothing is lost, "
        "and told. 对文件中每个病例分组; 不丢一行; 编码规范化逐类计数, --as-written 按原样。",
        epilog="example: drgsim group cases.csv -o grouped.csv --scheme chs-drg-2.0",
    )
    add_reading_arguments(parser)
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help=".csv, .csv.gz, .xlsx or .parquet")
    parser.add_argument("--chinese", action="store_true", help="Chinese headers 中文表头")
    parser.add_argument(
        "--scheme",
        default="chs-drg",
        metavar="ID",
        help="id or folder of a scheme, or a family (default: chs-drg, the edition in force on --on)",
    )
    parser.add_argument("--on", metavar="DATE", help="the day that picks a family's edition (default: today)")
    parser.add_argument("--names", action="store_true", help="also write the names of MDC, ADRG and DRG")
    parser.add_argument("--normalise", action="store_true", help=argparse.SUPPRESS)  # what is done anyway
    parser.add_argument("--threads", type=int, metavar="N", help="default: one for each core")
    parser.add_argument("--quiet", action="store_true", help="no progress and no summary")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from .._optional import installed
    from ..cases.read import chunks_to_read

    threads = thread_count(arguments.threads)
    tally = _Tally(quiet=arguments.quiet)
    chunks = chunks_to_read(
        arguments.file,
        chunk_rows=CHUNK_ROWS,
        keep="all",
        **reading_options(arguments),
    )
    if installed("pyarrow"):
        reuse_memory()
    made: list[DrgGrouper] = []

    def first() -> None:
        from ..grouping import DrgGrouper

        made.append(DrgGrouper(arguments.scheme, on=arguments.on, threads=1))  # a thread groups whole chunks

    def work(chunk: ChunkToRead) -> GroupedChunk:
        from ..grouping import street
        from ..grouping.grouping_errors import CaseColumnsError

        group = street.group_chunk if installed("pyarrow") else street.group_chunk_in_pandas
        try:
            return group(made[0], chunk, names=arguments.names)
        except CaseColumnsError as error:
            error.do = "say which header of the file it is: --rename HEADER=COLUMN"
            raise

    with grouped_writer(arguments.out, chinese=arguments.chinese) as write:
        for done in overlapped(chunks, work, threads=threads, first=first):
            write(done.table)
            tally.add(done)
    tally.tell(made[0])
    return 0


class _Tally:
    """Counts while the file runs, on stderr: progress for a person, a summary at the end."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.rows = 0
        self.status: Counter[str] = Counter()
        self.reason: Counter[str] = Counter()
        self.principals: dict[str, Counter[str]] = {reason: Counter() for reason in NOT_IN_USE}
        self.reading = ReadTally()
        self.start = time.perf_counter()

    def add(self, done: GroupedChunk) -> None:
        self.reading.add(done.report)
        self.rows += sum(done.counts["status"].values())
        self.status.update(done.counts["status"])
        self.reason.update(done.counts["reason"])
        for reason, codes in self.principals.items():
            if done.counts["reason"].get(reason):
                codes.update(_principals(done.table, reason))
        if not self.quiet and sys.stderr.isatty():
            say(f"\r{self.rows:,} cases", end="", file=sys.stderr)

    def tell(self, grouper: DrgGrouper) -> None:
        if self.quiet:
            return
        from ..grouping.case import Reason
        from ..schemes.registry import english_title

        seconds = time.perf_counter() - self.start
        start = "\r" if sys.stderr.isatty() else ""
        words = chinese("drg_status") if language() == "zh" else {}
        shares = ", ".join(
            f"{words.get(name, name)} {count:,} ({count / self.rows:.1%})"
            for name, count in self.status.items()
            if count
        )
        self.reading.tell(start)
        say(f"{self.rows:,} cases in {seconds:.1f} s: {shares or 'none'}", file=sys.stderr)
        for reason, count in self.reason.most_common(SHOWN_REASONS):
            if reason and count:
                told = Reason[reason.upper()].text("zh") if language() == "zh" else reason
                say(f"  {told}: {count:,}", file=sys.stderr)
                self._tell_in_use(self.principals.get(reason, Counter()))
        scheme = grouper.compiled
        trust = word(scheme.trust, "trust").zh if language() == "zh" else scheme.trust
        title = either(scheme.title, english_title(scheme.id) or scheme.title)
        say(f"scheme {scheme.id} ({title}), trust: {trust}", file=sys.stderr)

    def _tell_in_use(self, codes: Counter[str]) -> None:
        """The most frequent of the codes that are not in use, each with those in use of its category."""
        from ..codes.search import codes_in_use

        for code, count in codes.most_common(SHOWN_REASONS):
            near = "、".join(codes_in_use(code, "diagnosis", most=3)) or "无 none"
            same = both("同类目在用编码", "in use")
            say(f"    {code} {count:,} → {same}: {near}", file=sys.stderr)


def _principals(table: Any, reason: str) -> list[str]:
    """The principal diagnoses of the cases with a reason, in an Arrow table or a frame."""
    if hasattr(table, "column_names"):
        import pyarrow as pa
        import pyarrow.compute as pc

        told = table["reason"].combine_chunks()
        mask = pc.equal(told.indices, pa.scalar(told.dictionary.to_pylist().index(reason), told.indices.type))
        cells = table["diagnoses"].filter(mask).to_pylist()
    else:
        cells = table.loc[table["reason"].astype(str) == reason, "diagnoses"].tolist()
    return [cell.split("|")[0] for cell in cells if isinstance(cell, str) and cell]
