"""Problems as a coder works them off: a row each, with sheet row, department and doctor, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..._excel import workbook
from ...words import chinese, headers
from ..columns import column_labels
from ..problems import ProblemTable
from ..read_report import report_of
from ..write import table_writer

if TYPE_CHECKING:
    import pandas as pd

SEVERITIES = chinese("severity")
HEADERS = headers(
    "sheet_row",
    "case",
    "department",
    "doctor",
    "number",
    "severity",
    "column",
    "got",
    "allowed",
    "zh",
    "proposal",
    "state",
    "rule",
    room="worklist",
)
SUMMARY = headers("severity", "number", "zh", "column", "count", "state", room="worklist")
STATES = chinese("trust")
UNNAMED = "未填科室"
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")  # in the name of a sheet
_GOT = (
    (re.compile(r"^(\S+) days, dates say (\S+)$"), r"填 \1 天, 按日期为 \2 天"),
    (re.compile(r"^(\S+), dates say (\S+)$"), r"填 \1, 按日期为 \2"),
    (re.compile(r"^(\S+), the list has (\S+)$"), r"填 \1, 列表有 \2 个"),
    (re.compile(r"^differs by (\S+)$"), r"相差 \1"),
    (re.compile(r"^(\S+) days after discharge$"), r"距上次出院 \1 天"),
    (re.compile(r"^no such column$"), "文件中无此列"),
    (re.compile(r"^\(hidden\)$"), "(已隐去)"),
)
_HIDDEN = "(hidden)"


def for_coders(problems: ProblemTable, cases: pd.DataFrame) -> pd.DataFrame:
    """One row a problem, in the columns of `HEADERS`; the worst first within a department.

    `sheet_row` counts the header as row 1; it is empty for a finding about the whole table.
    """
    import pandas as pd

    frame = problems.frame
    places = pd.Index(frame["row"])
    table = pd.DataFrame({name: frame[name].array for name in HEADERS if name in frame.columns})
    for name in ("department", "doctor"):
        column = cases[name].reindex(places).array if name in cases.columns else None
        table[name] = column if column is not None else None
    table["sheet_row"] = _sheet_rows(places, cases)
    labels = column_labels("zh")
    shown = {
        name: "、".join(labels.get(part, part) for part in str(name).split("|"))
        for name in frame["column"].unique()
    }
    table["column"] = [shown[name] for name in frame["column"].tolist()]
    table["got"] = [_in_chinese(text) for text in frame["got"]]
    table["state"] = frame["state"].astype(object).map(STATES).array
    order = pd.Series(pd.Categorical(frame["severity"], list(SEVERITIES)).codes)
    table["severity"] = frame["severity"].astype(object).map(SEVERITIES).array
    keys = pd.DataFrame({"severity": order, "row": table["sheet_row"].astype("float64")})
    return table.loc[keys.sort_values(["severity", "row"], kind="stable").index, list(HEADERS)].reset_index(
        drop=True
    )


class CoderBook:
    """Writes problems to `.xlsx` (汇总, 全部问题, a sheet a department, 未检查), or the same to `.csv`.

    Parts are given as they are found; a workbook needs them all before its first sheet.
    """

    def __init__(self, path: str | Path, *, chinese: bool = False) -> None:
        self.path = Path(path)
        self.chinese = chinese

    def write(self, parts: Iterable[ProblemTable], cases: pd.DataFrame) -> None:
        """Write the problems of `cases`. Raises ArgumentError for another ending or too many rows."""
        given = list(parts)
        if self.path.suffix.lower() != ".xlsx":
            self._csv(given, cases)
            return
        problems = ProblemTable.joined(given)
        table = for_coders(problems, cases)
        with workbook(self.path, streamed=True) as book:
            book.table("汇总", _summary(problems), headers=SUMMARY, code=_plain)
            book.table("全部问题", table, headers=HEADERS, code=_plain)
            for name, part in _by_department(table):
                book.table(name, part, headers=HEADERS, code=_plain)
            if len(problems.not_checked):
                book.table("未检查", _unchecked(problems), headers=_UNCHECKED, code=_plain)

    def _csv(self, parts: list[ProblemTable], cases: pd.DataFrame) -> None:
        with table_writer(self.path) as write:
            for part in [ProblemTable.joined([]), *parts]:  # a file without problems has its header too
                table = for_coders(part, cases)
                write(table.rename(columns=HEADERS) if self.chinese else table)


_UNCHECKED = headers("number", "zh", "column", "cases", room="unchecked")


def _unchecked(problems: ProblemTable) -> pd.DataFrame:
    labels = column_labels("zh")
    frame = problems.not_checked
    named = ["、".join(labels.get(part, part) for part in column.split("|")) for column in frame["column"]]
    return frame.assign(column=named)


def _summary(problems: ProblemTable) -> pd.DataFrame:
    summary = problems.summary()
    numbers = problems.frame.drop_duplicates("rule").set_index("rule")["number"].astype(object)
    labels = column_labels("zh")
    return summary.assign(
        number=numbers.reindex(summary["rule"].astype(object)).array,
        severity=summary["severity"].astype(object).map(SEVERITIES),
        column=[labels.get(name, name) for name in summary["column"].astype(object)],
        state=summary["state"].astype(object).map(STATES),
    )


def _by_department(table: pd.DataFrame) -> Iterable[tuple[str, pd.DataFrame]]:
    """A sheet's name and the problems of each department; none where the cases name no department."""
    if table["department"].isna().all():
        return
    used = {"汇总", "全部问题", "未检查", "说明"}
    named = table[table["sheet_row"].notna()]
    for department, part in named.groupby(named["department"].fillna(UNNAMED), sort=True):
        name = _FORBIDDEN.sub(" ", str(department)).strip()[:28] or UNNAMED
        unique, number = name, 2
        while unique.casefold() in {each.casefold() for each in used}:
            unique, number = f"{name} {number}", number + 1
        used.add(unique)
        yield unique, part


def _sheet_rows(places: Any, cases: pd.DataFrame) -> Any:
    """The row of each case in its sheet; a table in memory counts from its first case."""
    import pandas as pd

    report = report_of(cases)
    given = cases.attrs.get("sheet_rows") if report is None else report.at
    if given is not None and len(given) != len(cases):
        given = None  # some of the cases that were read
    position = pd.Series(range(2, len(cases) + 2) if given is None else given, index=cases.index)
    found = position[~position.index.duplicated()].reindex(places)
    return found.astype("Int64").array


@lru_cache(maxsize=1 << 16)
def _in_chinese(text: str) -> str:
    if " " not in text and text != _HIDDEN:  # a code, a number
        return text
    for pattern, words in _GOT:
        told = pattern.sub(words, text)
        if told != text:
            return told
    return text


def _plain(name: str) -> str:
    return "0" if name in ("sheet_row", "count", "cases") else "General"
