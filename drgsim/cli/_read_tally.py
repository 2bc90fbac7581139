"""What reading a file did and found, gathered chunk by chunk and told once, on stderr."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from ..cases.columns import column_labels
from ..language import language
from ._say import say

if TYPE_CHECKING:
    from ..cases.read_report import ReadReport


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
