"""What reading did: which layout and why, what was repaired, what could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..language import language, told
from ..words import word
from .columns import column_labels
from .problems import ProblemTable

if TYPE_CHECKING:
    import pandas as pd

KEY = "drgsim"  # in DataFrame.attrs
CLINICAL_SHARE = 0.2  # of the codes, above which a file seems to be in the clinical edition


@dataclass(frozen=True, slots=True)
class ReadWarning:
    """Something that would make an answer wrong if nobody knew.

    Attributes
    ----------
    kind : "unread-codes" or "clinical-edition"
    column : the header, or the column of the case table
    zh, en : what is the matter
    do : what to do about it
    """

    kind: str
    column: str
    zh: str
    en: str
    do: str

    @classmethod
    def unread(cls, header: str, kind: str) -> ReadWarning:
        zh = {"diagnosis": "诊断", "procedure": "手术操作"}[kind]
        target = {"diagnosis": "diagnoses2", "procedure": "procedures2"}[kind]
        return cls(
            "unread-codes",
            header,
            f"列“{header}”中多为{zh}编码, 但未被读入",
            f"most cells of the column {header!r} are {kind} codes, and nothing reads it",
            f"--rename '{header}={target}' (its place in the list), or --ignore '{header}'",
        )

    @classmethod
    def edition(cls, column: str, clinical: int, codes: int) -> ReadWarning:
        return cls(
            "clinical-edition",
            column,
            f"{column}: {clinical / codes:.0%} 的编码只见于国临版, 文件可能不是医保版",
            f"{clinical:,} of {codes:,} codes in {column} are codes of the clinical edition only",
            "--code-edition clinical (code_edition='clinical'), if the file is in that edition",
        )

    def __str__(self) -> str:
        if language() == "zh":
            return f"{self.zh}；办法：{told(self.do)}"
        return f"{self.zh}; {self.en}; what to do: {self.do}"


class ReadReport(dict[str, Any]):
    """The report a table of cases carries in `.attrs["drgsim"]`.

    As a dictionary it holds `files` (name; layout, why it was taken, its trust state and note; notes on
    the file; rows; columns; not_read: headers that feed no column; doubled: column → which of several
    headers fed it, and why; identifiers: headers dropped because they name persons) and `repairs` (column,
    repair, zh, en, count, examples). `problems` is the ProblemTable of what could not be read.

    It is a dictionary of plain values, because pandas writes `attrs` as JSON into Parquet files; it copies
    as itself, because pandas copies `attrs` at every step; and it equals only itself, so that joining two
    tables does not keep the report of one of them.
    """

    problems: ProblemTable
    __hash__ = None  # as every dictionary

    def __init__(
        self,
        files: list[dict[str, Any]],
        repairs: list[dict[str, Any]],
        problems: ProblemTable,
        editions: dict[str, dict[str, int]] | None = None,
        unread: dict[str, str] | None = None,
        at: npt.NDArray[np.int64] | None = None,
    ) -> None:
        super().__init__(files=files, repairs=repairs, editions=editions or {}, unread_codes=unread or {})
        self.problems = problems
        self.at = at

    @classmethod
    def joined(cls, reports: Iterable[ReadReport]) -> ReadReport:
        """The report of the tables read one after the other."""
        files: dict[int, dict[str, Any]] = {}
        repairs: dict[tuple[str, str], dict[str, Any]] = {}
        problems = []
        editions: dict[str, dict[str, int]] = {}
        unread: dict[str, str] = {}
        rows: list[npt.NDArray[np.int64] | int] = []
        for report in reports:
            unread |= report["unread_codes"]
            rows.append(sum(file["rows"] for file in report["files"]) if report.at is None else report.at)
            for column, counts in report["editions"].items():
                sums = editions.setdefault(column, dict.fromkeys(counts, 0))
                for name, count in counts.items():
                    sums[name] += count
            for file in report["files"]:
                known = files.setdefault(file["number"], {**file, "rows": 0})
                known["rows"] += file["rows"]
                known["notes"] = file["notes"]
            for repair in report["repairs"]:
                done = repairs.setdefault((repair["column"], repair["repair"]), {**repair, "count": 0})
                done["count"] += repair["count"]
            problems.append(report.problems)
        together = ProblemTable.joined(problems)
        return cls(list(files.values()), list(repairs.values()), together, editions, unread, _numbers(rows))

    def without_problems(self) -> ReadReport:
        """The same account without anything by row, for those who count the problems themselves."""
        none = ProblemTable.joined([])
        return ReadReport(self["files"], self["repairs"], none, self["editions"], self["unread_codes"])

    def __eq__(self, other: object) -> bool:
        return self is other

    def __deepcopy__(self, memo: Any) -> ReadReport:
        return self

    def __copy__(self) -> ReadReport:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        parts = self["files"], self["repairs"], self.problems, self["editions"], self["unread_codes"], self.at
        return (ReadReport, parts)

    @property
    def warnings(self) -> list[ReadWarning]:
        """What must be known before any answer from these cases: codes that lie unread, the wrong edition."""
        found = [ReadWarning.unread(header, kind) for header, kind in self["unread_codes"].items()]
        for column, counts in self["editions"].items():
            if counts["clinical"] > CLINICAL_SHARE * counts["codes"]:
                found.append(ReadWarning.edition(column, counts["clinical"], counts["codes"]))
        return found

    def account(self) -> str:
        """What was read and repaired, without the problems."""
        zh = language() == "zh"
        lines = [str(warning) for warning in self.warnings]
        for file in self["files"]:
            state = word(file["state"], "trust").zh if zh else file["state"]
            trust = "" if file["state"] == "read" else f" [{state}]"
            took = f"layout {file['layout']}{trust} ({file['why']})"
            line = f"{file['name']}: {file['rows']:,} cases, {took}"
            # note by note: a line of several is no sentence that anybody translated
            lines.append(
                "，".join(map(told, [line, *file["notes"]])) if zh else ", ".join([line, *file["notes"]])
            )
            if file["note"]:
                lines.append(f"  {file['note']}")
            if file["identifiers"]:
                by_content = len(file["by_content"])
                seen = f", {by_content} of them by what their cells hold" if by_content else ""
                lines.append(
                    f"  dropped, because they name persons: {len(file['identifiers'])} columns{seen}"
                )
            lines += [f"  {column} {told}" for column, told in file["doubled"].items()]
            if file["not_read"]:
                lines.append(f"  not read: {', '.join(file['not_read'][:8])}{_more(file['not_read'])}")
        labels = column_labels("zh") if zh else {}
        lines += [
            f"{labels.get(each['column'], each['column'])}: {each[language()]} {each['count']:,}"
            for each in self["repairs"]
        ]
        return "\n".join(lines)

    def __str__(self) -> str:
        return f"{self.account()}\n{self.problems}"


def report_of(cases: pd.DataFrame) -> ReadReport | None:
    """The report of a table that `read_cases` made, or None."""
    report = cases.attrs.get(KEY)
    return report if isinstance(report, ReadReport) else None


def _numbers(parts: list[npt.NDArray[np.int64] | int]) -> npt.NDArray[np.int64] | None:
    """The numbers of the rows of several tables, -1 where a source has none; None for none at all."""
    if all(isinstance(part, int) for part in parts):
        return None
    filled = [np.full(part, -1, dtype=np.int64) if isinstance(part, int) else part for part in parts]
    return np.concatenate(filled)


def _more(names: list[str]) -> str:
    return f" and {len(names) - 8} more" if len(names) > 8 else ""
