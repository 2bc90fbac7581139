"""The table of problems: what was found wrong in which case, by which rule, in both languages."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..language import language, stated_language
from ..language import told as translated
from ..words import chinese
from .columns import case_columns, column_labels
from .personal import short
from .rules import SEVERITIES, CheckRule, Severity, check_rules

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = (
    "row", "case", "column", "rule", "severity", "got", "allowed", "zh", "en", "state", "number", "proposal",
    "sheet_row",
)  # fmt: skip
_CATEGORICAL = ("column", "rule", "severity", "allowed", "zh", "en", "state", "number", "proposal")


WHOLE_TABLE: npt.NDArray[np.int64] = np.array([-1])  # the rows of a finding about no row in particular


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows in which one rule found one column wrong: positions, and the values got (or one for all)."""

    rule: str
    column: str
    rows: npt.NDArray[np.int64]
    got: Sequence[Any] | str = ""
    unchecked: int = 0  # cases that ask for the rule, which could not be applied: the column is not there


class ProblemTable:
    """Problems of a table of cases, a row each.

    Attributes
    ----------
    frame : DataFrame with the columns
        row (index label of the case; missing for a finding about the whole table), case (case_id), column,
        rule, severity (error, warning, hint), got, allowed, zh and en (the finding in a sentence), state
        (how far to trust the rule: read, secondary, assumed), number (the published rule, Q01 to W08),
        proposal (what to look at in its place), sheet_row (the number of the row in the sheet
        or text file, from 1, with header and titles; missing where the source has no such). `got` is hidden
        for columns that identify a person.
    not_checked : DataFrame with the columns rule, number, column, cases, zh
        Rules that cases ask for and that could not be applied, because the table has no such column.

    The display shows how often each rule was broken, never a case; ask `frame` for those.
    """

    def __init__(self, frame: pd.DataFrame, not_checked: Iterable[tuple[str, str, int]] = ()) -> None:
        self.frame = frame
        self._not_checked = tuple(not_checked)

    @classmethod
    def of(
        cls,
        findings: Iterable[Finding],
        *,
        index: pd.Index,
        cases: pd.Series | None,
        at: npt.NDArray[np.int64] | None = None,
    ) -> ProblemTable:
        """The table of `findings` about rows of a table with this index, these case ids and, where the source
        has such, these row numbers."""
        given = list(findings)
        unchecked = [(each.rule, each.column, each.unchecked) for each in given if each.unchecked]
        parts = [_part(finding, index=index, cases=cases, at=at) for finding in given if len(finding.rows)]
        if not parts:
            return cls(_empty().copy(), unchecked)
        return cls(_concat(parts), unchecked)

    @classmethod
    def joined(cls, tables: Iterable[ProblemTable]) -> ProblemTable:
        """Several tables one after the other."""
        import pandas as pd

        given = list(tables)
        unchecked = [each for table in given for each in table._not_checked]
        frames = [table.frame for table in given if len(table)]
        if not frames:
            return cls(cls.of((), index=pd.RangeIndex(0), cases=None).frame, unchecked)
        return cls(_concat(frames), unchecked)

    @property
    def not_checked(self) -> pd.DataFrame:
        """Rules not applied for want of a column: rule, number, column, cases that ask for it, zh."""
        import pandas as pd

        rows = [
            (id, rule.number, column, cases, rule.zh)
            for id, column, cases in self._not_checked
            for rule in [check_rules()[id]]
        ]
        return pd.DataFrame(rows, columns=["rule", "number", "column", "cases", "zh"])

    def rows(self) -> list[dict[str, Any]]:
        """The problems as plain values; what is missing is None."""
        import pandas as pd

        records = self.frame.astype(object).to_dict("records")
        return [{str(name): None if pd.isna(cell) else cell for name, cell in row.items()} for row in records]

    def with_sheet_rows(self, at: npt.NDArray[np.int64] | None) -> ProblemTable:
        """The same with the numbers of the rows in their sheet, by row label, where they are not yet."""
        import pandas as pd

        if at is None or not len(at) or not len(self.frame):
            return self
        labels = pd.to_numeric(self.frame["row"], errors="coerce").to_numpy(dtype=float)
        known = (labels >= 0) & (labels < len(at))
        numbers = at[np.where(known, labels, 0).astype(np.int64)]
        found = pd.Series(pd.array(numbers, dtype="Int64"), index=self.frame.index).mask(~known)
        own = self.frame["sheet_row"].astype("Int64")
        return ProblemTable(self.frame.assign(sheet_row=own.fillna(found)), self._not_checked)

    def summary(self) -> pd.DataFrame:
        """A row for each rule and column: rule, column, severity, count, zh, en, state; the worst first."""
        keys = ["severity", "rule", "column", "zh", "en", "state"]
        counted = self.frame.groupby(keys, observed=True, sort=False).size().rename("count").reset_index()
        return ordered(counted)

    def counts(self) -> dict[Severity, int]:
        """How many problems of each severity."""
        found = self.frame["severity"].value_counts()
        return {severity: int(found.get(severity, 0)) for severity in SEVERITIES}

    def worst(self, index: pd.Index) -> pd.Series:
        """For each row label in `index`, its worst severity; missing for a row without problems."""
        import pandas as pd

        about = self.frame[self.frame["row"].notna()]
        lowest = (
            about["severity"].map(SEVERITIES.index).astype("int64").groupby(about["row"].to_numpy()).min()
        )
        named = lowest.map(dict(enumerate(SEVERITIES)))
        return named.reindex(index).astype(pd.CategoricalDtype(list(SEVERITIES))).rename("worst")

    def to_file(self, path: str | Path) -> None:
        """Write the rows to `.csv` (UTF-8 with BOM, so that Excel opens it) or `.xlsx`."""
        from .write import write_table

        write_table(self.frame, Path(path))

    def __len__(self) -> int:
        return len(self.frame)

    def __bool__(self) -> bool:
        return len(self) > 0

    def __repr__(self) -> str:
        return told(self.summary())

    def _repr_html_(self) -> str:
        english = stated_language() == "en"
        shown = self.summary()[["severity", "rule", "column", "count", "en" if english else "zh", "state"]]
        titles = ("severity", "rule", "column", "count", "problem", "rests on")
        names = titles if english else ("级别", "规则", "列", "次数", "说明", "依据")
        head = "".join(f"<th>{name}</th>" for name in names)
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells) + "</tr>"
            for cells in shown.itertuples(index=False)
        )
        caption = f"{len(self):,} 个问题" if stated_language() == "zh" else f"{len(self):,} problems"
        return f"<table><caption>{caption}</caption><tr>{head}</tr>{rows}</table>"


def ordered(counted: pd.DataFrame) -> pd.DataFrame:
    """A row for each rule and column with its count: the worst severity first, then the most frequent."""
    import pandas as pd

    order = pd.DataFrame({
        "severity": counted["severity"].map(SEVERITIES.index).astype("int64"),
        "count": -counted["count"].astype("int64"),
        "rule": counted["rule"].astype(str),
        "column": counted["column"].astype(str),
    })  # fmt: skip
    rows = order.sort_values(list(order.columns), kind="stable").index
    columns = ["rule", "column", "severity", "count", "zh", "en", "state"]
    return counted.loc[rows, columns].reset_index(drop=True)


def told(summary: pd.DataFrame) -> str:
    """A summary as text, a line a rule."""
    if not len(summary):
        return translated("ProblemTable: no problems")
    zh_words, english = language() == "zh", stated_language() == "en"
    severities, states = (chinese("severity"), chinese("trust")) if zh_words else ({}, {})
    columns = column_labels("zh") if zh_words else {}
    lines = [
        f"{count:>9,}  {severities.get(severity, severity):<8} {rule:<32} {columns.get(column, column):<18} "
        f"{'' if state == 'read' else states.get(state, state):<10} {en if english else zh}"
        for rule, column, severity, count, zh, en, state in summary.itertuples(index=False)
    ]
    total = f"{summary['count'].sum():,}"
    return "\n".join([f"问题表：{total} 个问题" if zh_words else f"ProblemTable: {total} problems", *lines])


def unchecked_line(not_checked: pd.DataFrame) -> str:
    """The columns that rules lack, in one line; empty when every rule was applied."""
    if not len(not_checked):
        return ""
    joint = ", " if stated_language() == "en" else "、"
    asked = not_checked.groupby("column", sort=False)["number"].agg(
        lambda numbers: joint.join(dict.fromkeys(filter(None, numbers)))
    )
    labels = column_labels("zh") if language() == "zh" else {}
    columns = ", ".join(
        f"{labels.get(column, column)} ({numbers})" if numbers else labels.get(column, column)
        for column, numbers in zip(map(str, asked.index), asked, strict=True)
    )
    return f"缺列未检查 not checked, no such column: {columns}"


def _part(
    finding: Finding, *, index: pd.Index, cases: pd.Series | None, at: npt.NDArray[np.int64] | None
) -> pd.DataFrame:
    import pandas as pd

    rule = check_rules()[finding.rule]
    rows = finding.rows
    whole = rows is WHOLE_TABLE
    ids = [None] * len(rows) if whole or cases is None else cases.iloc[rows].to_numpy(object)
    shown = _shown(finding, rule)
    return pd.DataFrame({
        "row": [None] if whole else index[rows].astype(object),
        "case": pd.Series(ids, dtype=object),
        "column": _same(finding.column, rows),
        "rule": _same(rule.id, rows),
        "severity": _same(rule.severity, rows).set_categories(list(SEVERITIES)),
        "got": pd.Series(shown, dtype=object),
        "allowed": _same(rule.allowed, rows),
        "zh": _same(rule.zh, rows),
        "en": _same(rule.en, rows),
        "state": _same(rule.state, rows),
        "number": _same(rule.number, rows),
        "proposal": _proposals(finding, rule, shown),
        "sheet_row": pd.array([pd.NA] * len(rows) if whole or at is None else at[rows], dtype="Int64"),
    })  # fmt: skip


def plain_rows(
    finding: Finding, index: pd.Index, ids: list[Any] | None, at: npt.NDArray[np.int64] | None = None
) -> list[dict[str, Any]]:
    """The rows of a finding as `ProblemTable.rows` gives them, without a table; `at` as `with_sheet_rows`."""
    import pandas as pd

    rule = check_rules()[finding.rule]
    whole = finding.rows is WHOLE_TABLE
    found = []
    for place, shown in zip(finding.rows.tolist(), _shown(finding, rule), strict=True):
        label = None if whole else index[place]
        case = None if whole or ids is None or pd.isna(ids[place]) else ids[place]
        label = label.item() if isinstance(label, np.generic) else label
        sheet = at[label] if at is not None and isinstance(label, int) and 0 <= label < len(at) else None
        found.append({
            "row": label,
            "case": case, "column": finding.column, "rule": rule.id, "severity": rule.severity,
            "got": shown, "allowed": rule.allowed, "zh": rule.zh, "en": rule.en, "state": rule.state,
            "number": rule.number, "proposal": _proposal(finding, rule, shown),
            "sheet_row": None if sheet is None else int(sheet),
        })  # fmt: skip
    return found


def _proposal(finding: Finding, rule: CheckRule, shown: str) -> str:
    from .checking.proposals import proposed

    return proposed(rule.proposal, finding.column, shown) if rule.proposal else ""


def _shown(finding: Finding, rule: CheckRule) -> list[str]:
    column = case_columns().get(finding.column)
    if column is not None and column.identifier:
        return ["(hidden)"] * len(finding.rows)
    if isinstance(finding.got, str):
        return [short(finding.got)] * len(finding.rows)
    return [short(_text(value)) for value in finding.got]


def _proposals(finding: Finding, rule: CheckRule, shown: list[str]) -> Any:  # a column
    """One proposal a row; texts that repeat are held once."""
    if not rule.proposal:
        return _same("", finding.rows)
    import pandas as pd

    return pd.Categorical([_proposal(finding, rule, got) for got in shown])


def _text(value: Any) -> str:
    import pandas as pd

    if isinstance(value, str):
        return value
    if pd.isna(value):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _same(text: str, rows: npt.NDArray[np.int64]) -> Any:  # a pandas Categorical
    """The same text for every row, held once."""
    import pandas as pd

    return pd.Categorical.from_codes(np.zeros(len(rows), dtype=np.int8), dtype=pd.CategoricalDtype([text]))


@cache
def _empty() -> pd.DataFrame:
    import pandas as pd

    none = pd.DataFrame({name: [] for name in _COLUMNS}, dtype=object)
    return none.astype({**dict.fromkeys(_CATEGORICAL, "category"), "severity": _severity()})


def _severity() -> pd.CategoricalDtype:
    import pandas as pd

    return pd.CategoricalDtype(list(SEVERITIES))


def _concat(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Frames one below the other, their categories made the same first, so that texts are held once."""
    import pandas as pd

    same = {}
    for name in (name for name in _CATEGORICAL if name != "severity"):
        used = [frame[name].cat.remove_unused_categories().cat.categories for frame in frames]
        same[name] = pd.CategoricalDtype(sorted({text for each in used for text in each}))
    return pd.concat([frame.astype(same) for frame in frames], ignore_index=True)
