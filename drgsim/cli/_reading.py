"""Options of commands that read cases, groups they may bear, what an export leaves out, and what reading
found."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..cases.columns import column_labels
from ..errors import ArgumentError, NotFoundError
from ..language import language
from ._say import say

if TYPE_CHECKING:
    from ..cases.hospital_facts import HospitalFacts
    from ..cases.read_report import ReadReport


def read_grouped_cases(file: str, *, quiet: bool = False, **options: Any) -> Any:
    """The cases with a grouper's answer, where the file holds one. What reading found goes to stderr unless
    `quiet`. `options` go to `read_cases`."""
    from .._optional import installed
    from .._parallel import reuse_memory
    from ..cases import read_cases
    from ..cases.given import GROUPS, with_answers

    if installed("pyarrow"):
        reuse_memory()
    cases = read_cases(file, keep=GROUPS.__contains__, **options)
    if not quiet:
        tell_reading(cases)
    return with_answers(cases)


def case_of_file(arguments: argparse.Namespace) -> Any:
    """The row of FILE, as a frame, that `--case` asks for. Raises ArgumentError, NotFoundError."""
    from ..cases import iter_cases
    from ..cases.personal import is_asked_for

    for chunk in iter_cases(arguments.file, **reading_options(arguments)):
        if "case_id" not in chunk:
            raise ArgumentError(
                "the file has no case_id", where=arguments.file, do="use --rename HEADER=case_id"
            )
        rows = is_asked_for(chunk["case_id"], arguments.case)
        if rows.any():
            row = chunk[rows].iloc[:1]
            return row if "procedures" in row else row.assign(procedures="")
    raise NotFoundError("no such case in the file", where=arguments.file)


def tell_reading(cases: Any) -> None:
    """On stderr: what the file was taken for, what was repaired and not read, and what cannot be read."""
    from ..cases.read_report import report_of

    if (report := report_of(cases)) is not None:
        tally = ReadTally()
        tally.add(report)
        tally.tell()


def tell_left_out(counts: dict[str, int]) -> None:
    """On stderr: columns that lists 4101 have no place for, and how many stays state something there."""
    if counts:
        labels = column_labels("zh") if language() == "zh" else {}
        named = ", ".join(f"{labels.get(name, name)} {count:,}" for name, count in counts.items())
        say(f"lists 4101 have no place for, so not written: {named} stays", file=sys.stderr)


def add_hospital_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the facts that fill what the cases leave empty."""
    group = parser.add_argument_group("what the file leaves out 文件所缺的医院信息")
    group.add_argument(
        "--hospital", metavar="TOML", help="a file of facts on the hospital: level, region … 医院信息"
    )
    group.add_argument("--hospital-level", metavar="LEVEL", help="3, 2 or 1, or the level in words")
    group.add_argument("--insurance", metavar="WORD", help="insurance of stays that state none 医保类型")
    group.add_argument("--region", metavar="CODE", help="the region the hospital is in 统筹区")


def hospital_facts(arguments: argparse.Namespace) -> HospitalFacts:
    """The facts of the file, those of single options over them."""
    from ..cases.hospital_facts import HospitalFacts

    single: dict[str, Any] = {
        "level": arguments.hospital_level,
        "insurance": arguments.insurance,
        "region": arguments.region,
    }
    stated = HospitalFacts.of({name: value for name, value in single.items() if value is not None})
    given = {name: getattr(stated, name) for name, value in single.items() if value is not None}
    return replace(HospitalFacts.of(arguments.hospital), **given)


def with_hospital_facts(cases: Any, arguments: argparse.Namespace) -> Any:
    """The cases with the facts given, each that was filled told on stderr."""
    cases, told = hospital_facts(arguments).without_coefficient().fill(cases)
    if not getattr(arguments, "quiet", False):
        for line in told:
            say(line, file=sys.stderr)
    return cases


class ReadTally:
    """The reports of chunks in one, their problems only counted."""

    def __init__(self) -> None:
        self._read: list[ReadReport] = []  # one, without problems
        self._problems: Counter[tuple[str, str, str]] = Counter()

    def add(self, report: ReadReport) -> None:
        """Take in the report of a chunk."""
        from ..cases.read_report import ReadReport

        if report.problems:
            found = report.problems.summary()
            for rule, column, count, words in zip(
                found["rule"], found["column"], found["count"], found[language()], strict=True
            ):
                self._problems[rule, column, words] += count
        self._read = [ReadReport.joined([*self._read, report.without_problems()])]

    def tell(self, start: str = "") -> None:
        """The account of every file, what none of it could be read, and how often."""
        for report in self._read:
            say(f"{start}{report.account()}", file=sys.stderr)
            for file in report["files"]:
                if "procedures" not in file["columns"]:
                    told = f"  {file['name']}: no column of procedures; every case counts as without"
                    say(told, file=sys.stderr)
        zh = language() == "zh"
        labels = column_labels("zh") if zh else {}
        for (rule, column, words), count in self._problems.most_common():
            place = labels.get(column, column)
            told = (
                f"  {place + ': ' if place else ''}{words} {count:,}"
                if zh
                else f"  {count:,} {rule} {column}: {words}"
            )
            say(told, file=sys.stderr)


def add_reading_arguments(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add FILE, which may be left out unless `required`, and how to read it."""
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs=None if required else "?",
        help="CSV, xlsx, Parquet, JSON, a folder, or a pattern in quotes",
    )
    add_layout_arguments(parser)


def add_layout_arguments(parser: argparse.ArgumentParser) -> None:
    """Add how a file of cases is to be read."""
    parser.add_argument(
        "--layout", default="auto", metavar="ID", help="layout of the export, or a .toml file of your own"
    )
    parser.add_argument(
        "--code-edition",
        default="insurance",
        choices=("insurance", "clinical"),
        help="edition of the codes: insurance (default) or clinical, which is translated",
    )
    parser.add_argument(
        "--rename",
        metavar="HEADER=COLUMN",
        action="append",
        default=[],
        help="a header no layout knows, and the column it is; diagnoses2 is the second code of the list",
    )
    parser.add_argument(
        "--ignore",
        metavar="HEADER",
        action="append",
        default=[],
        help="a column that holds codes and is none of the stay's diagnoses or procedures",
    )
    parser.add_argument(
        "--as-written",
        action="store_true",
        help="take codes as they are written; by default their spelling is repaired where nothing is lost, "
        "and every kind of repair is counted 编码按原样, 不作规范化",
    )
    parser.add_argument(
        "--value",
        metavar="COLUMN:TEXT=VALUE",
        action="append",
        default=[],
        help="what a text means, such as sex:0=2",
    )


def reading_options(arguments: argparse.Namespace, *, refuse: bool = True) -> dict[str, Any]:
    """Keyword arguments for `read_cases` and `iter_cases`. Raises ArgumentError.

    What must be known before any answer is told while reading, on stderr; a file in which codes lie unread is
    refused, unless `refuse` is False: for commands that answer nothing.
    """
    values: dict[str, dict[str, str]] = {}
    for word in arguments.value:
        place, value = _parted(word, "COLUMN:TEXT=VALUE")
        column, colon, text = place.partition(":")
        if not colon:
            raise ArgumentError("--value is not understood", got=word, allowed="COLUMN:TEXT=VALUE")
        values.setdefault(column, {})[text] = value
    return {
        "layout": arguments.layout,
        "code_edition": arguments.code_edition,
        "rename": dict(_parted(word, "HEADER=COLUMN") for word in arguments.rename),
        "values": values,
        "ignore": arguments.ignore,
        "normalise": not arguments.as_written,
        "watch": _Watch(refuse=refuse),
    }


class _Watch:
    """Sees the report of every chunk as it is read."""

    def __init__(self, *, refuse: bool) -> None:
        self.refuse = refuse
        self._told: set[str] = set()

    def __call__(self, report: ReadReport) -> None:
        from ..cases.case_errors import UnreadCodesError

        for warning in report.warnings:
            if warning.kind == "unread-codes" and self.refuse:
                raise UnreadCodesError(
                    f"{warning.zh}; {warning.en}", where=report["files"][0]["name"], do=warning.do
                )
            if warning.kind == "clinical-edition" and warning.column not in self._told:
                self._told.add(warning.column)
                say(f"drgsim: {warning}", file=sys.stderr)


def _parted(word: str, form: str) -> tuple[str, str]:
    left, sign, right = word.rpartition("=")
    if not sign or not left:
        raise ArgumentError("an option is not understood", got=word, allowed=form)
    return left, right
