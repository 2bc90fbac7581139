"""The office's month as a workbook: from a department to its groups to their cases by links, ready for A4."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from .._excel import YES_NO, open_book
from ..language import CODE_NAMES, either, stated_language
from ..office.indicators import HEADERS as INDICATORS
from ..office.month import BY, PERIODS, OfficeMonth
from ..office.stays import HEADERS as STAYS
from ..office.warnings import HEADERS as WARNINGS
from ..payment.faces.payments_workbook import WORDS, WORKLIST
from ..words import cells_in, headers, title_in

_SHARES = ("ungrouped_share", "margin_rate", "acceptance")
_RATIOS = ("cmi", "cost_index", "time_index", "weight", "ratio_to_standard")
_COUNTS = (
    "cases", "in_scheme", "ungrouped", "ambiguous", "self_pay", "by_item", "not_payable", "groups", "low",
    "high", "sheet_row", "los", "rank",
)  # fmt: skip
_WIDE = {"words": 60, "zh": 36, "proposal": 40, "group_name": 28, "got": 28, "reasons_zh": 30, "text": 110}
_CHANGES = {"change_last": "较上月", "change_year": "较去年同月"}
Link = Callable[[int], tuple[str, int] | None]  # row of the table → sheet and row to go to


def write_month(month: OfficeMonth, path: Any, *, case_ids: bool = False) -> None:
    """Write the workbook; the file is there whole or not at all. Without XlsxWriter: MissingExtraError."""
    cases = _cases(month, case_ids)
    pairs = month.summary(["department", "group"]).reset_index()
    first_case = {
        key: place
        for place, key in reversed(list(enumerate(zip(cases["department"], cases["group"], strict=True))))
    }
    first_pair = {name: place for place, name in reversed(list(enumerate(pairs["department"])))}
    explained = _explanations(month)
    with open_book(path, streamed=True) as book:
        sheets = _Sheets(book)
        sheets.lines("月报", [f"医保办月报 {month.month}", *month.told], _overview(month))
        by = {name: month.totalled(name).reset_index() for name in BY}
        for name, zh in BY.items():
            link = None
            if name == "department":
                link = _goto(list(by[name]["department"]), "科室病组", first_pair)
            extra = {"group_name": "病组名称"} if name == "group" else {}
            sheets.table(zh, by[name], {name: zh, **extra, **INDICATORS}, link=link)
        keys = list(zip(pairs["department"], pairs["group"], strict=True))
        names = month.frame.drop_duplicates("group").set_index("group")["group_name"]
        pairs.insert(2, "group_name", pairs["group"].map(names))
        shown = {**headers("department", "group", "group_name"), **INDICATORS}
        sheets.table("科室病组", pairs, shown, link=_goto(keys, "病例", first_case), linked=1)
        sheets.table(
            "盈亏病组",
            _both_ends(month),
            {"kind": "", **headers("group", "group_name"), **INDICATORS},
        )
        positions = cases.pop("at").tolist()
        sheets.table("病例", cases, _LISTED, link=lambda row: explained.where(positions[row]))
        sheets.table(
            "特例单议",
            _placed(month, month.reviews, case_ids),
            {**headers("sheet_row"), **_ids(case_ids), **_LIST},
        )
        warnings = _placed(month, month.warnings, case_ids)
        at = month.frame.index.get_indexer(month.warnings.index)
        sheets.table("编码警示", warnings, WARNINGS, link=lambda row: explained.where(int(at[row])))
        sheets.table("入组说明", explained.table, headers("sheet_row", "group", "text"))
        told = (
            f"入组过程逐步列出 {len(explained.rows):,} 例(特例单议、编码警示、亏损最多者); 其余见“病例”表。"
        )
        more = [CODE_NAMES] if stated_language() == "en" else []
        sheets.lines("说明", [*_NOTES, *more, told], None)


_LEFT_OUT = ("insurance", "group_name", "standing", "weight", "ratio_to_standard")  # in the words
_LISTED = {name: label for name, label in STAYS.items() if name not in _LEFT_OUT}
_LIST = {name: label for name, label in WORKLIST.items() if name not in ("case_id", "hospital_id")}
_NOTES = [
    "结余 = 医院所得 - 总费用, 只计按病组付费的病例; 未入组、歧义组、自费、按项目和无法测算的病例另列。",
    "费用(时间)消耗指数 = 各病例费用(住院日)与所在病组参照均值之比的平均, 病组按病例数加权。",
    "编码警示是供复核的线索, 不是结论; 只可编码病历中有记载、经诊疗的疾病和操作。",
    "表内行号为读入表格中的行号(表头为第 1 行)。",
    "点带下划线的单元格可由科室到病组、由病组到病例、由病例到入组说明。",
    "编码警示中核对前后的应付均按单个病例测算, 不计高倍率占比上限。",
    "特例单议名单已按政策名额截取, 是否通过由评审决定。",
]  # fmt: skip


def _ids(wanted: bool) -> dict[str, str]:
    return {"case_id": "病案号"} if wanted else {}


def _cases(month: OfficeMonth, case_ids: bool) -> pd.DataFrame:
    """The stays by department, group and margin, with `at`, their position in the month."""
    frame = month.frame.assign(
        sheet_row=month.sheet_rows, at=np.arange(len(month)),
        standing=month.frame["standing"].map(WORDS["standing"]),
        outlier=month.frame["outlier"].map(WORDS["outlier"]),
    )  # fmt: skip
    own = month.estimate.payments.stays.frame
    if case_ids and "case_id" in own.columns:
        frame["case_id"] = own["case_id"]
    order = frame.sort_values(["department", "group", "margin"], kind="stable")
    return order[[name for name in (*STAYS, "at") if name in order.columns]].reset_index(drop=True)


def _placed(month: OfficeMonth, table: pd.DataFrame, case_ids: bool) -> pd.DataFrame:
    """A table of stays with the row of the sheet, and their id if wanted."""
    at = month.frame.index.get_indexer(table.index)
    placed = table.assign(sheet_row=month.sheet_rows[at])
    if "reasons_en" in placed.columns:
        placed["reasons_zh"] = placed[either("reasons_zh", "reasons_en")]
    own = month.estimate.payments.stays.frame
    if case_ids and "case_id" in own.columns:
        placed["case_id"] = own["case_id"].to_numpy()[at]
    return placed.reset_index(drop=True)


def _both_ends(month: OfficeMonth) -> pd.DataFrame:
    parts = {"亏损": month.losers, "结余": month.winners}
    return pd.concat(
        [table.reset_index().assign(kind=kind) for kind, table in parts.items()], ignore_index=True
    )


def _overview(month: OfficeMonth) -> pd.DataFrame:
    """Indicators as rows, periods and peers as columns, in Chinese."""
    table = month.comparison.rename(columns={**PERIODS, **_CHANGES})
    table.insert(0, "指标", [INDICATORS[name] for name in table.index])
    return table


class _Explained:
    """The explanations, and where each stands."""

    def __init__(self, table: pd.DataFrame, rows: Mapping[int, int]) -> None:
        self.table, self.rows = table, rows

    def where(self, at: int) -> tuple[str, int] | None:
        row = self.rows.get(at)
        return None if row is None else ("入组说明", row)


def _explanations(month: OfficeMonth) -> _Explained:
    lines: list[tuple[Any, str, str]] = []
    rows: dict[int, int] = {}
    for at in month.to_explain.tolist():
        explanation = month.explain(at)
        if explanation is None:
            break
        rows[at] = len(lines)
        row, group = month.sheet_rows[at], month.frame["group"].iloc[at]
        lines += [(row, group, line) for line in explanation.text(stated_language() or "zh").splitlines()]
    return _Explained(pd.DataFrame(lines, columns=["sheet_row", "group", "text"]), rows)


def _goto(keys: Sequence[Any], sheet: str, rows: Mapping[Any, int]) -> Link:
    listed = list(keys)

    def link(row: int) -> tuple[str, int] | None:
        place = rows.get(listed[row])
        return None if place is None else (sheet, place)

    return link


class _Sheets:
    """Writes sheets from top to bottom: header frozen and filtered, numbers in their formats, A4 across."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._link = book.add_format({"font_color": "#1f5a99", "underline": 1})
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._formats = {
            code: book.add_format({"num_format": code})
            for code in ("#,##0.00", "0.00%", "0.0000", "#,##0", "0")
        }

    def table(
        self,
        name: str,
        frame: pd.DataFrame,
        headers: Mapping[str, str],
        *,
        link: Link | None = None,
        linked: int = 0,
    ) -> None:
        """A sheet of a table; `link` says where the cell in column `linked` of a row leads."""
        page = self._page(name)
        page.freeze_panes(1, min(2, len(headers)))
        page.repeat_rows(0)
        self._rows(page, 0, frame, headers, link, linked)

    def lines(self, name: str, lines: Sequence[str], table: pd.DataFrame | None) -> None:
        """A sheet of lines, and a table of indicators below them."""
        page = self._page(name)
        page.set_column(0, 0, 26)
        for row, line in enumerate(lines):
            page.write_string(row, 0, title_in(line), self._title if row == 0 and table is not None else None)
        if table is None:
            return
        start = len(lines) + 1
        page.set_column(1, len(table.columns), 16)
        for place, title in enumerate(table.columns):
            page.write_string(start, place, title_in(str(title)), self._head)
        for row, (name_of, cells) in enumerate(
            zip(table.index, table.to_numpy().tolist(), strict=True), start + 1
        ):
            page.write_string(row, 0, title_in(str(cells[0])))
            for place, cell in enumerate(cells[1:], 1):
                if cell == cell and cell is not None:
                    page.write_number(row, place, cell, self._formats[_code(name_of)])

    def _rows(
        self,
        page: Any,
        top: int,
        frame: pd.DataFrame,
        headers: Mapping[str, str],
        link: Link | None,
        linked: int,
    ) -> None:
        names = [name for name in headers if name in frame.columns]
        columns = [
            cells_in(frame[name].astype(object).where(frame[name].notna(), None).tolist()) for name in names
        ]
        for place, name in enumerate(names):
            page.set_column(place, place, _WIDE.get(name, max(11, 2 * len(headers[name]) + 2)))
            page.write_string(top, place, title_in(headers[name]), self._head)
        styles = [self._formats[_code(name)] for name in names]
        for row, cells in enumerate(zip(*columns, strict=True)):
            goal = None if link is None else link(row)
            for place, cell in enumerate(cells):
                if goal is not None and place == linked:
                    text = "" if cell is None else str(cell)
                    where = f"internal:'{title_in(goal[0])}'!A{goal[1] + 2}"
                    page.write_url(top + row + 1, place, where, self._link, text)
                elif isinstance(cell, str):
                    page.write_string(top + row + 1, place, cell)
                elif isinstance(cell, bool):
                    page.write_string(top + row + 1, place, YES_NO[stated_language() or "zh"][cell])
                elif cell is not None:
                    page.write_number(top + row + 1, place, cell, styles[place])
        if names:
            page.autofilter(top, 0, top + len(frame), len(names) - 1)

    def _page(self, name: str) -> Any:
        page = self._book.add_worksheet(title_in(name))
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_footer("&A  &P / &N")
        return page


def _code(name: str) -> str:
    if name in _SHARES:
        return "0.00%"
    if name in _RATIOS:
        return "0.0000"
    return "#,##0" if name in _COUNTS and name != "sheet_row" else "0" if name == "sheet_row" else "#,##0.00"
