"""As `arrow_street`, by pandas: where pyarrow is not installed, and for tests to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cases.columns import without_personal
from ..cases.read_chunk import ChunkToRead
from ..cases.read_report import KEY, ReadReport
from .arrow_street import UNREAD, UNREAD_RULES, GroupedChunk

if TYPE_CHECKING:
    import pandas as pd

    from ..cases.problems import ProblemTable
    from .grouper import DrgGrouper


def group_chunk(grouper: DrgGrouper, job: ChunkToRead, *, names: bool = False) -> GroupedChunk:
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
