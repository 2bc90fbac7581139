"""A hospital's self-inspection (自查自纠): a workbook, a summary ready for a letter, a file of decisions."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._atomic import replacing
from .decisions import HEADERS
from .findings_workbook import rows_for_people, write_workbook
from .words import SUSPICION, number, told, word

if TYPE_CHECKING:
    from .result import AuditResult

WORKBOOK_FILE, SUMMARY_FILE, DECISIONS_FILE = "findings.xlsx", "summary.md", "decisions.csv"
_SHOWN = 15


def write_self_inspection(result: AuditResult, folder: Any, *, lang: str = "zh") -> list[Path]:
    """Write the three files into a folder (made if need be) and return their paths.

    Decisions already made stay in the file of decisions, also those whose finding is gone.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in (WORKBOOK_FILE, SUMMARY_FILE, DECISIONS_FILE)]
    write_workbook(result, paths[0], lang=lang)
    with replacing(paths[1]) as part:
        part.write_text(summary_text(result, lang), encoding="utf-8")
    _write_decisions(result, paths[2], lang)
    return paths


def summary_text(result: AuditResult, lang: str) -> str:
    """What was screened and found, by rule and department, in sentences a letter can take. No persons."""
    en = lang == "en"
    lines = ["# Self-inspection of fund use" if en else "# 医保基金使用自查自纠情况", ""]
    rows = [f"{count:,} {word('table', name, lang)}" for name, count in result.screened.items()]
    lines += [("Screened: " if en else "自查范围：") + ", ".join(rows) + ("." if en else "。"), ""]
    head = (
        ("rule", "kind", "findings", "visits", "yuan") if en else ("规则", "结果类型", "疑点", "就诊", "元")
    )
    for table in sorted(set(result.findings.get_column("table").to_list())):
        own = result.findings.filter(result.findings.get_column("table") == table)
        money = own.get_column("counted").fill_null(0.0).sum()
        back = own.get_column("refund").fill_null(0.0).sum()
        title = word("table", table, lang)
        lines += [f"## {title}", ""]
        lines.append(
            f"{len(own):,} findings, {number(money)} yuan not yet explained; {number(back)} yuan refunded."
            if en
            else f"共发现{len(own):,}条疑点，未说明部分涉及{number(money)}元；已退回{number(back)}元。"
        )
        lines += ["", "| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
        summary = result.summary()
        for name in [name for name in summary.index if result.library[name].table == table][:_SHOWN]:
            row, rule = summary.loc[name], result.library[name]
            kind = word("result", rule.result, lang)
            counts = f"{int(row['findings']):,}", f"{int(row['visits']):,}"
            cells = [rule.name[lang], kind, *counts, number(row["money"])]
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    if not len(result):
        lines += ["Nothing was found." if en else "未发现疑点。", ""]
    lines += ["## " + ("What the data could not tell" if en else "数据不能说明的事项"), ""]
    lines += [f"- {each}" for each in told(result, lang)] + ["", SUSPICION[en], ""]
    return "\n".join(lines)


def _write_decisions(result: AuditResult, path: Path, lang: str) -> None:
    place = lang == "en"
    heads = list(HEADERS.values()) if place else list(HEADERS)
    extra = (
        ("rule", "department", "visit", "evidence", "yuan")
        if place
        else ("规则", "科室", "就诊", "依据", "元")
    )
    with replacing(path) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*heads, *extra])
        for row in rows_for_people(result, lang):
            own = [row["finding"], row["decision"], row["refund"], row["note"], row["decided"]]
            more = [row["rule_name"], row["department"], row["visit_id"], row["evidence"], row["amount"]]
            writer.writerow([_safe(cell) for cell in (*own, *more)])
        for kept in result.kept_decisions:
            writer.writerow([_safe(kept[name]) for name in HEADERS.values()] + [""] * len(extra))


def _safe(cell: Any) -> Any:
    """Nothing a spreadsheet would take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@" and cell else cell
