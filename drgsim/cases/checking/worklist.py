"""Problems as a coder works them off: a row each, with sheet row, department and doctor; in Chinese, or in
English for who asked for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..._excel import refuse_rows, workbook
from ...language import stated_language
from ...words import headers, pairs, title_in
from ..columns import column_labels
from ..problems import ProblemTable
from ..read_report import report_of
from ..rules import check_rules
from ..write import table_writer

if TYPE_CHECKING:
    import pandas as pd

    from ..check import ProblemTally

SEVERITIES = pairs("severity")
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
STATES = pairs("trust")
UNNAMED = "未填科室"
_REPEATED = tuple(name for name in HEADERS if name not in ("sheet_row", "case", "got"))
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


def for_coders(problems: ProblemTable, cases: pd.DataFrame, *, by_row: bool = False) -> pd.DataFrame:
    """One row a problem, in the columns of `HEADERS`: the worst first, or `by_row` in the order of the cases
    and the worst of a case first. Of equals the rule that stands first.

    `sheet_row` counts the header as row 1; it is empty for a finding about the whole table.
    """
    import pandas as pd

    frame = problems.frame
    places, rules = pd.Index(frame["row"]), check_rules()
    english = stated_language() == "en"
    table = pd.DataFrame({name: frame[name].array for name in HEADERS if name in frame.columns})
    for name in ("department", "doctor"):
        column = cases[name].reindex(places).array if name in cases.columns else None
        table[name] = column if column is not None else None
    table["sheet_row"] = _sheet_rows(places, cases)
    shown = {name: _labelled(str(name)) for name in frame["column"].unique()}
    table["column"] = [shown[name] for name in frame["column"].tolist()]
    if english:
        table["zh"] = frame["en"].array
    else:
        table["got"] = [got_in_words(text) for text in frame["got"]]
        table["allowed"] = [rules[rule].allowed_zh for rule in frame["rule"]]
    table["state"] = _words(frame["state"], STATES)
    table["severity"] = _words(frame["severity"], SEVERITIES)
    order = cases.index.get_indexer(places) if by_row else None
    return table[list(HEADERS)].iloc[_order(table, order)].reset_index(drop=True)


def _order(table: pd.DataFrame, rows: npt.NDArray[np.int64] | None = None) -> npt.NDArray[np.int64]:
    """By row (given as numbers), severity, rule; without rows by severity, row in the sheet, rule."""
    words = {pair[stated_language() == "en"]: place for place, pair in enumerate(SEVERITIES.values())}
    severity = table["severity"].astype(object).map(words).to_numpy(np.int64)
    places = {rule: place for place, rule in enumerate(check_rules())}
    rule = table["rule"].astype(object).map(places).to_numpy(np.int64)
    if rows is not None:
        return np.lexsort([rule, severity, rows])
    return np.lexsort([rule, table["sheet_row"].to_numpy(np.float64, na_value=np.inf), severity])


class CoderList:
    """Problems written to `.xlsx` (汇总, 全部问题, a sheet a department, 未检查), or the same to `.csv`.

    They are given in parts, as `for_coders` makes them: CSV is written as they come; a workbook, which needs
    them all before its first sheet and has room for so many rows, holds them until it is told the sums.
    """

    def __init__(self, path: str | Path, *, chinese: bool = False) -> None:
        self.path = Path(path)
        self.chinese = chinese
        self._held: list[pd.DataFrame] = []
        self._rows = 0
        self._sheets = self.path.suffix.lower() == ".xlsx"
        self._open = ExitStack()
        self._write: Callable[[pd.DataFrame], None] = lambda table: None

    def __enter__(self) -> CoderList:
        import pandas as pd

        if not self._sheets:
            self._write = self._open.enter_context(table_writer(self.path))
            none = ProblemTable.joined([])  # a file without problems has its header too
            self.add(for_coders(none, pd.DataFrame(index=pd.RangeIndex(0))))
        return self

    def __exit__(self, *error: Any) -> None:
        self._open.__exit__(*error)

    def add(self, table: pd.DataFrame) -> None:
        """Take in further problems. Raises ArgumentError for more than a sheet holds."""
        self._rows += len(table)
        if self._sheets:
            refuse_rows(self._rows, "全部问题")
            self._held.append(table.astype(dict.fromkeys(_REPEATED, "category")))
        else:
            self._write(table.rename(columns=HEADERS) if self.chinese else table)

    def end(self, tally: ProblemTally) -> None:
        """Write what needs all problems and their sums."""
        if not self._sheets:
            return
        table = _together(self._held)
        self._held.clear()
        table = table.iloc[_order(table)]
        with workbook(self.path, streamed=True) as book:
            book.table("汇总", _summary(tally.summary()), headers=SUMMARY, code=_plain)
            book.table("全部问题", table, headers=HEADERS, code=_plain)
            for name, part in _by_department(table):
                book.table(name, part, headers=HEADERS, code=_plain)
            if len(unchecked := tally.not_checked):
                book.table("未检查", _unchecked(unchecked), headers=_UNCHECKED, code=_plain)


def _together(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables one below the other, texts that repeat held once."""
    import pandas as pd

    if not tables:
        return for_coders(ProblemTable.joined([]), pd.DataFrame(index=pd.RangeIndex(0)))
    same: dict[str, Any] = {}
    for name in _REPEATED:
        texts = {text for table in tables for text in table[name].cat.categories}
        same[name] = pd.CategoricalDtype(sorted(texts))
    return pd.concat([table.astype(same) for table in tables], ignore_index=True)


def _labelled(columns: str) -> str:
    """The names of columns joined by `|`, as people call them."""
    english = stated_language() == "en"
    labels = column_labels("en" if english else "zh")
    return (", " if english else "、").join(labels.get(part, part) for part in columns.split("|"))


def _words(ids: pd.Series, words: dict[str, tuple[str, str]]) -> Any:
    """The words of a column of ids."""
    own = {id: pair[stated_language() == "en"] for id, pair in words.items()}
    return ids.astype(object).map(own).array


_UNCHECKED = headers("number", "zh", "column", "cases", room="unchecked")


def _unchecked(frame: pd.DataFrame) -> pd.DataFrame:
    told = [_rule_of(rule, zh) for rule, zh in zip(frame["rule"], frame["zh"], strict=True)]
    return frame.assign(zh=told, column=[_labelled(column) for column in frame["column"]])


def _rule_of(rule: str, zh: str) -> str:
    return check_rules()[rule].en if stated_language() == "en" else zh


def _summary(summary: pd.DataFrame) -> pd.DataFrame:
    said = summary["en"] if stated_language() == "en" else summary["zh"]
    return summary.assign(
        zh=said,
        number=[check_rules()[rule].number for rule in summary["rule"]],
        severity=_words(summary["severity"], SEVERITIES),
        column=[_labelled(name) for name in summary["column"].astype(object)],
        state=_words(summary["state"], STATES),
    )


def _by_department(table: pd.DataFrame) -> Iterable[tuple[str, pd.DataFrame]]:
    """A sheet's name and the problems of each department; none where the cases name no department."""
    if table["department"].isna().all():
        return
    used = {title_in(each) for each in ("汇总", "全部问题", "未检查", "说明")}
    named = table[table["sheet_row"].notna()]
    for department, part in named.groupby(named["department"].astype(object).fillna(UNNAMED), sort=True):
        name = _FORBIDDEN.sub(" ", title_in(str(department))).strip()[:28] or UNNAMED
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
def got_in_words(text: str) -> str:
    """What a rule found, in Chinese but for who asked for English."""
    if stated_language() == "en" or (" " not in text and text != _HIDDEN):  # a code, a number
        return text
    for pattern, words in _GOT:
        told = pattern.sub(words, text)
        if told != text:
            return told
    return text


def _plain(name: str) -> str:
    return "0" if name in ("sheet_row", "count", "cases") else "General"
