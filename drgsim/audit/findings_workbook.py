"""The workbook of a self-inspection: by department, by rule, and every finding with evidence and money."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .._excel import COUNT, MONEY, workbook
from ..words import named
from .indices import problem_list
from .record import AuditRecord
from .words import result_text, word

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


_KEYS = {"department": ("科室", "department"), "rule": ("规则", "rule")}
_TITLE = ("医保基金使用自查自纠", "Self-inspection of fund use")


def write_workbook(result: AuditRecord, path: Any, *, lang: str = "zh") -> None:
    """Write the workbook; the file is there whole or not at all. Every text is text, never a formula.

    Raises MissingExtraError without XlsxWriter, ArgumentError for more findings than a sheet holds.
    """
    en = lang == "en"
    with workbook(path, lang=lang) as book:
        book.lines("About" if en else "说明", [_TITLE[en], *result_text(result, lang).splitlines()])
        for title, keys in ((("分科室", "By department")[en], ["department", "rule"]),
                            (("分规则", "By rule")[en], ["rule"])):  # fmt: skip
            heads = {name: each[en] for name, each in {**_KEYS, **_GROUPS}.items()}
            heads = {name: heads[name] for name in (*keys, *_GROUPS)}
            book.table(title, _grouped(result, keys, lang), headers=heads, code=_code)
        book.table(
            "Findings" if en else "疑点明细",
            _findings(result, lang),
            headers={name: each[en] for name, each in _FINDINGS.items()},
            code=_code,
        )
        sheets = {
            ("核查清单", "Checklist"): result.checklist,
            ("问题清单", "Problem lists"): problem_list(result, lang),
            ("机构漏斗", "Institutions"): result.hospitals,
        }
        for names, frame in sheets.items():
            if len(frame):
                heads = {name: word("column", name, lang) for name in frame.columns}
                book.table(names[en], _pandas(frame), headers=heads, code=_plain)


def rows_for_people(result: AuditRecord, lang: str) -> list[dict[str, Any]]:
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


def _grouped(result: AuditRecord, keys: list[str], lang: str) -> pd.DataFrame:
    import polars as pl

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
    table = _pandas(made)
    nowhere = "not stated" if lang == "en" else "未注明"
    for key in keys:
        words = [result.library[each].name[lang] if key == "rule" else each for each in table[key]]
        table[key] = [each or nowhere for each in words]
    return table


def _findings(result: AuditRecord, lang: str) -> pd.DataFrame:
    rows = rows_for_people(result, lang)
    table = pd.DataFrame({name: [row[name] for row in rows] for name in _FINDINGS})
    table["decision"] = [word("decision", each, lang) if each else "" for each in table["decision"]]
    return table


def _pandas(frame: Any) -> pd.DataFrame:
    return pd.DataFrame(frame.to_dict(as_series=False))


def _code(name: str) -> str:
    return (
        MONEY if name in ("amount", "counted", "refund", "money") else "0.##" if name == "quantity" else COUNT
    )


def _plain(name: str) -> str:
    return COUNT if name in ("n", "k") else MONEY if name in ("amount", "money") else "0.######"
