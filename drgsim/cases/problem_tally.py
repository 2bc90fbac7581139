"""Problems counted as they come, and passed on: for files whose findings no memory should hold at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from .problems import Finding, ProblemTable, ordered, told
from .rules import SEVERITIES, Severity, check_rules

if TYPE_CHECKING:
    import pandas as pd

_KEYS = ("severity", "rule", "column", "zh", "en", "state")


class ProblemTally:
    """How often each rule was broken. `write` is given the rows of every table that is added.

    >>> tally = ProblemTally()
    >>> tally.add(ProblemTable.joined([]))
    >>> tally
    ProblemTable: no problems
    """

    def __init__(self, write: Callable[[pd.DataFrame], None] | None = None) -> None:
        self._write = write
        self._counts: Counter[tuple[str, ...]] = Counter()
        self._unchecked: list[ProblemTable] = []
        if write is not None:
            write(ProblemTable.joined([]).frame)  # a file without problems has its header too

    def add(self, table: ProblemTable) -> None:
        """Count the problems of a table, and hand its rows on."""
        if len(table.not_checked):
            self._unchecked.append(table.only_not_checked())
        if not len(table):
            return
        found = table.summary()
        for *key, count in found[[*_KEYS, "count"]].itertuples(index=False):
            self._counts[tuple(key)] += count
        if self._write is not None:
            self._write(table.frame)

    def count(self, finding: Finding) -> None:
        """Count a finding without a table of its rows, which costs many times the finding itself."""
        if finding.unchecked:
            nothing = ProblemTable.joined([]).frame
            self._unchecked.append(ProblemTable(nothing, [(finding.rule, finding.column, finding.unchecked)]))
        if len(finding.rows):
            rule = check_rules()[finding.rule]
            key = (rule.severity, rule.id, finding.column, rule.zh, rule.en, rule.state)
            self._counts[key] += len(finding.rows)

    def summary(self) -> pd.DataFrame:
        """As `ProblemTable.summary`."""
        import pandas as pd

        rows = [(*key, count) for key, count in self._counts.items()]
        return ordered(pd.DataFrame(rows, columns=[*_KEYS, "count"]))

    def counts(self) -> dict[Severity, int]:
        """How many problems of each severity."""
        found = dict.fromkeys(SEVERITIES, 0)
        for (severity, *_), count in self._counts.items():
            found[severity] += count  # type: ignore[index]
        return found

    @property
    def not_checked(self) -> pd.DataFrame:
        """As `ProblemTable.not_checked`."""
        return ProblemTable.joined(self._unchecked).not_checked

    def __repr__(self) -> str:
        return told(self.summary())
