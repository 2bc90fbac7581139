"""One chunk of a source, found but not yet understood; any thread can turn it into cases."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..codes import Edition
from .assemble import Plan, assemble, chosen
from .columns import text_dtype
from .derive import settle_weights
from .not_cases import NOT_A_CASE
from .problems import WHOLE_TABLE, Finding, ProblemTable
from .raw_table import RawChunk, RawTable
from .read_report import KEY, ReadReport
from .repair import repair_codes
from .unread import unread_codes

if TYPE_CHECKING:
    import pandas as pd

CLAIMED_TWICE = "column-claimed-twice"
_SAYS_NO_UNIT = re.compile(r"[^天日月a-zA-Z]*年龄[^天日月a-zA-Z]*")
NOT_APPLICABLE = "not_applicable"  # left out by read_cases when no cell says so


@dataclass(frozen=True)
class ChunkToRead:
    """Consecutive rows of one file.

    Attributes
    ----------
    table, todo, number : the file, what to take from it, and which of the files of a source it is
    start : the number of the first row, running on from file to file
    chunk : the rows; None for a file without cases
    first : whether it is the first of its file, and speaks for it
    repair : the edition by which the spelling of codes is repaired; None leaves them as they stand
    """

    table: RawTable
    todo: Plan
    number: int
    start: int
    chunk: RawChunk | None
    first: bool
    repair: Edition | None
    watch: Callable[[ReadReport], None] | None = None

    def frame(self) -> pd.DataFrame:
        """The cases as a frame, with a ReadReport in its attributes."""
        import pandas as pd

        if self.chunk is None:
            return self._without_cases()
        frame, findings = assemble(self.chunk, self.todo)
        repairs: list[dict[str, Any]] = []
        editions: dict[str, dict[str, int]] = {}
        if self.repair:
            repaired = repair_codes(frame, edition=self.repair)
            frame, repairs, editions = repaired.cases, repaired.repairs, repaired.editions
        frame, more = settle_weights(frame)
        frame = chosen(frame, self.todo)
        findings = [*self._once(findings), *more]
        own = self.chunk.index
        frame.index = own if own is not None else pd.RangeIndex(self.start, self.start + self.chunk.rows)
        frame.attrs[KEY] = self.report(
            findings, repairs, editions, index=frame.index, cases=frame.get("case_id")
        )
        return frame

    def report(
        self,
        findings: list[Finding],
        repairs: list[dict[str, Any]],
        editions: dict[str, dict[str, int]],
        *,
        index: pd.Index,
        cases: pd.Series | None,
    ) -> ReadReport:
        """The report on these rows, with what is told of the whole file once."""
        if self.first:
            doubled = self.todo.doubled
            findings = [
                *findings,
                *(Finding(CLAIMED_TWICE, each.column, WHOLE_TABLE, each.short) for each in doubled),
                *self._without_unit(),
            ]
        at = None if self.chunk is None else self.chunk.at
        problems = ProblemTable.of(findings, index=index, cases=cases, at=at)
        unread: dict[str, str] = {}
        if self.chunk is not None and self.todo.watched:
            header = self.todo.match.header
            found = unread_codes(self.chunk, self.todo.watched)
            unread = {" ".join(header[place].split()): kind for place, kind in found.items()}
        report = ReadReport([self._file(len(index))], repairs, problems, editions, unread, at)
        if self.watch is not None:
            self.watch(report)
        return report

    def _without_unit(self) -> list[Finding]:
        """A Chinese header of the age below one year that says neither days nor months."""
        source, places = self.todo.match.columns.get("age_days", (None, ()))
        headers = [self.todo.match.header[place] for place in places]
        if source is None or source.unit or not any(_SAYS_NO_UNIT.fullmatch(header) for header in headers):
            return []
        return [Finding("age-days-without-unit", "age_days", WHOLE_TABLE, " ".join(headers[0].split()))]

    def _once(self, findings: list[Finding]) -> list[Finding]:
        """Without what is said of the whole file, but in its first chunk."""
        return [
            each for each in findings if self.first or each.rows is not WHOLE_TABLE or each.rule == NOT_A_CASE
        ]

    def _without_cases(self) -> pd.DataFrame:
        """No rows, but every column that rows would have had."""
        import pandas as pd

        none: Any = {place: pd.Series(dtype=text_dtype()) for place in self.todo.positions}
        frame = chosen(settle_weights(assemble(RawChunk(none, 0), self.todo)[0])[0], self.todo)
        problems = ProblemTable.of((), index=frame.index, cases=None)
        frame.attrs[KEY] = ReadReport([self._file(0)], [], problems)
        return frame

    def _file(self, rows: int) -> dict[str, Any]:
        match, table, todo = self.todo.match, self.table, self.todo
        return {
            "number": self.number,
            "name": table.name,
            "layout": match.layout.id,
            "why": match.why,
            "state": match.layout.state,
            "note": match.layout.note,
            "notes": list(table.notes),
            "rows": rows,
            "columns": match.names,
            "not_read": list(todo.not_read),
            "doubled": {each.column: str(each) for each in todo.doubled},
            "identifiers": [*todo.identifiers, *todo.by_content],
            "by_content": list(todo.by_content),
        }
