"""The workbook of a self-inspection: by department, by rule, and every finding with evidence and money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._excel import open_book
from ..errors import ArgumentError
from ..words import named
from .problem_lists import problem_list
from .words import result_text, word

if TYPE_CHECKING:
    from .result import AuditResult

_MOST_ROWS = 1_048_000
_FINDINGS = named(
    "finding",
    "decision",
    "refund",
    "note",
    "hospital_id",
    "department",
    "doctor",
    "rule_name",
    "result_name",
    "visit_id",
    "other_id",
    "patient_id",
    "day",
    "item_code",
    "item_name",
    "quantity",
    "amount",
    "counted",
    "evidence",
    "clears",
    "weak",
    room="audit",
)
_GROUPS = named("findings", "visits", "violations", "explained", "money", room="audit")


def write_workbook(result: AuditResult, path: Any, *, lang: str = "zh") -> None:
    """Write the workbook; the file is there whole or not at all. Every text is text, never a formula.

    Raises MissingExtraError without XlsxWriter, ArgumentError for more findings than a sheet holds.
    """
    if len(result) > _MOST_ROWS:
        raise ArgumentError(
            f"a sheet holds at most {_MOST_ROWS:,} findings",
            got=len(result),
            do="screen fewer rules at a time",
        )
    en = lang == "en"
    with open_book(path) as book:
        styles = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
            "money": book.add_format({"num_format": "#,##0.00"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _about(book.add_worksheet("About" if en else "说明"), result, lang, styles)
        for title, keys in (
            (("By department", "分科室")[not en], ["department", "rule"]),
            (("By rule", "分规则")[not en], ["rule"]),
        ):
            _grouped(book.add_worksheet(title), result, keys, lang, styles)
        _findings(book.add_worksheet("Findings" if en else "疑点明细"), result, lang, styles)
        if len(result.checklist):
            _plain(book.add_worksheet("Checklist" if en else "核查清单"), result.checklist, styles)
        listed = problem_list(result, lang)
        _plain(book.add_worksheet("Problem lists" if en else "问题清单"), listed, styles)
        if len(result.hospitals):
            _plain(book.add_worksheet("Institutions" if en else "机构漏斗"), result.hospitals, styles)


def rows_for_people(result: AuditResult, lang: str) -> list[dict[str, Any]]:
    """Findings with names of rules and kinds in words, evidence and what would clear each."""
    rows = []
    for row in result.findings.sort("hospital_id", "department", "rule", "day", "finding").iter_rows(
        named=True
    ):
        rule = result.library[row["rule"]]
        rows.append(
            {
                **row,
                "rule_name": rule.name[lang],
                "result_name": word("result", row["result"], lang),
                "evidence": row[f"evidence_{lang}"],
                "clears": rule.clears[lang],
                "weak": ("yes" if lang == "en" else "是") if row["weak"] else "",
            }
        )
    return rows


def _about(page: Any, result: AuditResult, lang: str, styles: dict[str, Any]) -> None:
    page.set_column(0, 0, 120)
    title = "Self-inspection of fund use" if lang == "en" else "医保基金使用自查自纠"
    page.write_string(0, 0, title, styles["head"])
    for place, line in enumerate(result_text(result, lang).splitlines(), 1):
        page.write_string(place, 0, line, styles["text"])


def _grouped(page: Any, result: AuditResult, keys: list[str], lang: str, styles: dict[str, Any]) -> None:
    import polars as pl

    en = lang == "en"
    made = (
        result.findings.group_by(keys)
        .agg(
            findings=pl.len(),
            visits=pl.col("visit_id").drop_nulls().n_unique(),
            violations=(pl.col("result") == "violation").sum(),
            explained=(pl.col("decision") == "explained").sum(),
            money=pl.col("counted").sum(),
        )
        .sort([*keys[:-1], "money", keys[-1]], descending=[*[False] * (len(keys) - 1), True, False])
    )
    labels = {"department": ("科室", "department"), "rule": ("规则", "rule")}
    heads = [*(labels[key][en] for key in keys), *(each[en] for each in _GROUPS.values())]
    page.write_row(0, 0, heads, styles["head"])
    page.freeze_panes(1, 0)
    page.set_column(0, len(keys) - 1, 36)
    page.set_column(len(keys), len(heads), 14)
    for line, row in enumerate(made.iter_rows(named=True), 1):
        for place, key in enumerate(keys):
            text = result.library[row[key]].name[lang] if key == "rule" else row[key]
            page.write_string(line, place, text or ("not stated" if en else "未注明"))
        for place, name in enumerate(_GROUPS, len(keys)):
            page.write_number(line, place, row[name] or 0, styles["money"] if name == "money" else None)


def _findings(page: Any, result: AuditResult, lang: str, styles: dict[str, Any]) -> None:
    en = lang == "en"
    page.write_row(0, 0, [each[en] for each in _FINDINGS.values()], styles["head"])
    page.freeze_panes(1, 1)
    page.set_column(0, len(_FINDINGS) - 1, 16)
    for line, row in enumerate(rows_for_people(result, lang), 1):
        for place, name in enumerate(_FINDINGS):
            value = row[name]
            if isinstance(value, float | int) and not isinstance(value, bool):
                page.write_number(line, place, value, styles["money"] if "amount" in name else None)
            elif value is not None:
                shown = word("decision", value, lang) if name == "decision" and value else str(value)
                page.write_string(line, place, shown)
    page.autofilter(0, 0, max(len(result), 1), len(_FINDINGS) - 1)


def _plain(page: Any, frame: Any, styles: dict[str, Any]) -> None:
    page.write_row(0, 0, frame.columns, styles["head"])
    page.freeze_panes(1, 0)
    page.set_column(0, len(frame.columns) - 1, 18)
    for line, row in enumerate(frame.iter_rows(), 1):
        for place, value in enumerate(row):
            if isinstance(value, float | int) and not isinstance(value, bool) and value == value:
                page.write_number(line, place, value)
            elif value is not None:
                page.write_string(line, place, str(value))
