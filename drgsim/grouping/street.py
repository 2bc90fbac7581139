"""Chunks of a file to their answers, in Arrow memory or by pandas: what `drgsim group` does between reading
and writing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..cases.arrow_cases import ArrowCases, arrow_cases
from ..cases.columns import case_columns, without_personal
from ..cases.read_chunk import ChunkToRead
from ..cases.read_report import KEY, ReadReport
from .case import Reason
from .inputs import CaseTable, checked
from .kernel import Answers
from .result import REASONS, STATUSES, as_arrow

if TYPE_CHECKING:
    import pandas as pd

    from ..cases.problems import ProblemTable
    from .grouper import DrgGrouper


# column whose text the reader could not take → what its reasons begin with
UNREAD = {
    "sex": "SEX",
    "age": "AGE",
    "age_days": "AGE_DAYS",
    "birth_weight": "WEIGHT",
    "admission_weight": "WEIGHT",
    "los": "LOS",
    "discharge": "DISCHARGE",
    "icu_hours": "ICU_HOURS",
}
UNREAD_RULES = ("unreadable", "unit-misfit", "value-unknown", "value-undecided")


@dataclass(frozen=True)
class GroupedChunk:
    """The cases of a chunk with their groups.

    Attributes
    ----------
    table : pyarrow Table, the cases' columns first
    counts : how many cases of each status and of each reason, by column and value
    report : what reading did and found
    """

    table: Any
    counts: dict[str, dict[str, int]]
    report: ReadReport


def group_chunk(grouper: DrgGrouper, job: ChunkToRead, *, names: bool = False) -> GroupedChunk:
    """Read, group and join one chunk. Raises CaseColumnsError when the file lacks a column that is needed."""
    import pyarrow as pa

    books = grouper.books
    cases = arrow_cases(job, {"diagnoses": books.diagnoses, "procedures": books.procedures})
    found: dict[str, Any] = {**cases.columns, **cases.lists}
    if "diagnoses" in found and "procedures" not in found:  # a file of diagnoses only: none had a procedure
        found["procedures"] = books.procedures.encode(pa.nulls(cases.rows, pa.string()))
    table = checked(CaseTable(tuple(found), found.__getitem__, cases.rows, None))
    answers, missing = grouper.answers(table)
    tell_unreadable(answers, cases)
    grouped = as_arrow(answers, grouper.compiled, names=names, missing=missing)
    counts = {
        "status": _counts(answers.status, dict(enumerate(STATUSES))),
        "reason": _counts(answers.reason, dict(zip(map(int, Reason), REASONS, strict=True))),
    }
    return GroupedChunk(beside(cases.columns, grouped), counts, cases.report)


def tell_unreadable(answers: Answers, cases: ArrowCases) -> None:
    """What was there but could not be read is unreadable in the reason, not missing."""
    problems = cases.report.problems
    if not problems:
        return
    found = problems.frame[problems.frame["rule"].isin(UNREAD_RULES)]
    for column, start in UNREAD.items():
        rows = found.loc[found["column"] == column, "row"].to_numpy(dtype=np.int64) - cases.start
        missing = rows[answers.reason[rows] == Reason[f"{start}_MISSING"]]
        answers.reason[missing] = Reason[f"{start}_UNREADABLE"]


def beside(columns: Any, grouped: Any) -> Any:
    """The cases with their groups; columns that were there under the same names become `input_…`,
    and those that say who someone is are left out."""
    import pyarrow as pa

    names = {*columns, *grouped.column_names}
    arrays = {}
    for name, column in columns.items():
        known = case_columns().get(name)
        if known is not None and known.personal:
            continue
        kept = name
        if name in grouped.column_names:
            kept = f"input_{name}"
            while kept in names:
                kept = f"input_{kept}"
            names.add(kept)
        arrays[kept] = column
    return pa.table({**arrays, **{name: grouped.column(name) for name in grouped.column_names}})


def _counts(places: Any, names: dict[int, str]) -> dict[str, int]:
    counted = np.bincount(places, minlength=1)
    return {names[place]: int(counted[place]) for place in np.flatnonzero(counted).tolist()}


def group_chunk_in_pandas(grouper: DrgGrouper, job: ChunkToRead, *, names: bool = False) -> GroupedChunk:
    """Read, group and join one chunk; the table is a DataFrame. Raises as `arrow_street.group_chunk`."""
    cases = job.frame()
    report: ReadReport = cases.attrs[KEY]
    known = cases
    if "diagnoses" in cases.columns and "procedures" not in cases.columns:  # as in `arrow_street`
        known = cases.assign(procedures="")
    grouped = grouper.group(known, names=names)
    _tell_unreadable(grouped, report.problems)
    counts = {
        name: {str(value): int(n) for value, n in grouped[name].value_counts().items() if n}
        for name in ("status", "reason")
    }
    return GroupedChunk(_beside(cases, grouped), counts, report)


def _tell_unreadable(grouped: pd.DataFrame, problems: ProblemTable) -> None:
    found = problems.frame[problems.frame["rule"].isin(UNREAD_RULES)]
    for column, start in UNREAD.items():
        rows = found.loc[found["column"] == column, "row"]
        missing = grouped.index.isin(rows) & (grouped["reason"] == f"{start.lower()}_missing")
        grouped.loc[missing, "reason"] = f"{start.lower()}_unreadable"


def _beside(cases: pd.DataFrame, grouped: pd.DataFrame) -> pd.DataFrame:
    """The cases with their groups; columns that were there under the same names become `input_…`."""
    names = {*cases.columns, *grouped.columns}
    renamed: dict[str, str] = {}
    for name in filter(cases.columns.__contains__, grouped.columns):
        renamed[name] = f"input_{name}"
        while renamed[name] in names:
            renamed[name] = f"input_{renamed[name]}"
        names.add(renamed[name])
    return without_personal(cases.rename(columns=renamed).join(grouped))
