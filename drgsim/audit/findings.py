"""A finding: which rule, on what, how much, in words that say why and what would clear it."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from .evidence import said
from .reading import polars
from .rule import Rule

if TYPE_CHECKING:
    import polars as pl

TEXT_COLUMNS = (
    "finding", "rule", "family", "result", "table", "hospital_id", "department", "doctor", "visit_id",
    "patient_id", "other_id", "day", "item_code", "item_name",
)  # fmt: skip
NUMBER_COLUMNS = ("row", "quantity", "amount", "fund")
COLUMNS = (*TEXT_COLUMNS, *NUMBER_COLUMNS, "weak", "evidence_zh", "evidence_en")


def schema() -> dict[str, Any]:
    """The columns of a table of findings."""
    pl = polars()
    return {
        **dict.fromkeys(TEXT_COLUMNS, pl.String),
        "row": pl.Int64,
        "quantity": pl.Float64,
        "amount": pl.Float64,
        "fund": pl.Float64,
        "weak": pl.Boolean,
        "evidence_zh": pl.String,
        "evidence_en": pl.String,
    }


def empty() -> pl.DataFrame:
    return polars().DataFrame(schema=schema())


def table(rule: Rule, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Findings of one rule from dicts that hold what the evidence names and the columns of a finding."""
    if not rows:
        return empty()
    numbers: Counter[str] = Counter()
    made = []
    for row in rows:
        key = "|".join(
            str(row.get(name) or "")
            for name in ("visit_id", "other_id", "patient_id", "item_code", "time", "line_id")
        )
        key = f"{rule.id}|{row.get('key') or key}"
        numbers[key] += 1
        digest = hashlib.blake2b(f"{key}|{numbers[key]}".encode(), digest_size=8).hexdigest()
        day = row.get("day") or row.get("time")
        made.append(
            {
                "finding": f"F{digest}",  # a letter first: a spreadsheet takes digits for a number
                "rule": rule.id,
                "family": rule.family,
                "result": row.get("result") or rule.result,
                "table": rule.table,
                **{name: _text(row.get(name)) for name in TEXT_COLUMNS[5:] if name != "day"},
                "day": None if day is None else str(day)[:10],
                "row": row.get("row"),
                "quantity": row.get("quantity"),
                "amount": row.get("amount"),
                "fund": row.get("fund"),
                "weak": bool(row.get("weak")),
                "evidence_zh": said(rule.evidence.zh, row, "zh"),
                "evidence_en": said(rule.evidence.en, row, "en"),
            }
        )
    return polars().DataFrame(made, schema=schema())


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
