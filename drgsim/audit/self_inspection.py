"""A hospital's self-inspection (自查自纠): a workbook, a summary for a letter, and the decisions people made,
read by the next run."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._atomic import replacing, together
from ..cases.texts import neutral, restored
from ..errors import FileFormatError
from .audit_errors import DecisionsError
from .findings_workbook import rows_for_people, write_workbook
from .raw import polars, read_file
from .record import AuditRecord
from .words import SUSPICION, number, told, word

if TYPE_CHECKING:
    import polars as pl


DECISIONS = ("", "accepted", "explained", "refunded")
_WORDS = {
    **{name: name for name in DECISIONS},
    "接受": "accepted", "确认": "accepted", "属实": "accepted", "说明": "explained", "已说明": "explained",
    "申诉成立": "explained", "退回": "refunded", "已退回": "refunded", "退款": "refunded",
}  # fmt: skip
HEADERS = {
    "疑点编号": "finding",
    "处理结果": "decision",
    "退回金额": "refund",
    "处理说明": "note",
    "处理日期": "decided",
}
COLUMNS = ("finding", "decision", "refund", "note", "decided")


def read_decisions(source: Any) -> pl.DataFrame:
    """finding, decision, refund (yuan), note, decided; one row a finding, the last one of a file holds.

    `source`: CSV or workbook as `to_dir` writes it, a frame, or a mapping finding → decision. Rows without a
    decision are left out. Raises DecisionsError for words that are no decision.
    """
    pl = polars()
    if isinstance(source, dict):
        raw = pl.DataFrame({"finding": list(source), "decision": list(source.values())})
    elif isinstance(source, str | os.PathLike):
        try:
            raw = read_file(Path(source), "decisions")
        except FileFormatError as error:
            raise DecisionsError("a file of decisions cannot be read", got=str(source)) from error
    else:
        raw = (
            source
            if isinstance(source, pl.DataFrame)
            else pl.DataFrame({c: list(source[c]) for c in source.columns})
        )
    raw = raw.rename(
        {old: new for old, new in HEADERS.items() if old in raw.columns and new not in raw.columns}
    )
    if "finding" not in raw.columns or "decision" not in raw.columns:
        raise DecisionsError(
            "a file of decisions needs finding and decision",
            got=raw.columns,
            allowed="finding 疑点编号, decision 处理结果",
        )
    words = raw.get_column("decision").cast(pl.String).fill_null("").str.strip_chars()
    strange = sorted(set(words.to_list()) - set(_WORDS))
    if strange:
        raise DecisionsError(
            "no such decision", got=strange[0], allowed=sorted(set(_WORDS) - {""}), nearest=_WORDS
        )
    made = raw.with_columns(decision=words.replace_strict(_WORDS))
    for name, kind in (("refund", pl.Float64), ("note", pl.String), ("decided", pl.String)):
        cells = (
            pl.col(name).cast(pl.String).str.strip_chars()
            if name in raw.columns
            else pl.lit(None, dtype=pl.String)
        )
        if name == "note" and str(source).lower().endswith(".csv"):
            cells = cells.map_elements(restored, return_dtype=pl.String)
        made = made.with_columns(cells.cast(kind, strict=False).alias(name))
    made = made.filter(pl.col("decision") != "").select(COLUMNS)
    return made.unique("finding", keep="last", maintain_order=True)


def respect(findings: pl.DataFrame, decisions: pl.DataFrame | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Findings with decision, refund, note, decided; and the decisions that meet no finding any more."""
    pl = polars()
    empty = {"decision": pl.String, "refund": pl.Float64, "note": pl.String, "decided": pl.String}
    if decisions is None:
        undecided = findings.with_columns(
            pl.lit("" if name == "decision" else None, dtype=kind).alias(name) for name, kind in empty.items()
        )
        return undecided, pl.DataFrame(schema={"finding": pl.String, **empty})
    joined = findings.join(decisions, on="finding", how="left", maintain_order="left")
    gone = decisions.join(findings, on="finding", how="anti")
    return joined.with_columns(pl.col("decision").fill_null("")), gone


WORKBOOK_FILE, SUMMARY_FILE, DECISIONS_FILE = "findings.xlsx", "summary.md", "decisions.csv"
_SHOWN = 15


def write_self_inspection(result: AuditRecord, folder: Any, *, lang: str = "zh") -> list[Path]:
    """Write the three files into a folder (made if need be) and return their paths.

    Decisions already made stay in the file of decisions, also those whose finding is gone.
    """
    folder = Path(folder)
    names = (WORKBOOK_FILE, SUMMARY_FILE, DECISIONS_FILE)
    with together(folder) as part:
        write_workbook(result, part / WORKBOOK_FILE, lang=lang)
        (part / SUMMARY_FILE).write_text(summary_text(result, lang), encoding="utf-8")
        _write_decisions(result, part / DECISIONS_FILE, lang)
    return [folder / name for name in names]


def summary_text(result: AuditRecord, lang: str) -> str:
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


def _write_decisions(result: AuditRecord, path: Path, lang: str) -> None:
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
            writer.writerow([_as_text(cell) for cell in (*own, *more)])
        for kept in result.kept_decisions:
            writer.writerow([_as_text(kept[name]) for name in HEADERS.values()] + [""] * len(extra))


def _as_text(cell: Any) -> Any:
    return neutral(cell) if isinstance(cell, str) else cell
