"""A finding: which rule, on what, how much, in words that say why and what would clear it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .reading import polars
from .rule import Rule
from .words import number, word

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
        words = _Facts(row)
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
                "evidence_zh": _said(rule.evidence.zh, words, "zh"),
                "evidence_en": _said(rule.evidence.en, words, "en"),
            }
        )
    return polars().DataFrame(made, schema=schema())


def _said(template: str, words: _Facts, lang: str) -> str:
    words.lang = lang
    return template.format_map(words)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


class _Facts(Mapping[str, str]):
    """The facts of a row as words; what a row does not have is a question mark, never an error."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row
        self.lang = "zh"

    def __getitem__(self, name: str) -> str:
        row = self.row
        if name.endswith("_text"):
            return self._number_or_span(name.removesuffix("_text"))
        if name[-3:] in ("_zh", "_en"):
            kind, lang = name[:-3], name[-2:]
            value = row.get(kind)
            if value is None:
                return "?"
            if kind in ("sex", "limit_sex"):
                return word("sex", str(int(value)), lang)
            if kind == "limit_way":
                return "、".join(word("way", each, lang) for each in str(value).split())
            return word(kind, str(value), lang)
        value = row.get(name)
        if isinstance(value, float):
            return number(value)
        return "?" if value is None else str(value)

    def _number_or_span(self, name: str) -> str:
        row = self.row
        if name == "limit_age":
            low, high = row.get("limit_age_min"), row.get("limit_age_max")
            return f"{number(low) if low is not None else ''}–{number(high) if high is not None else ''}"
        if name == "stay":
            return f"{str(row.get('admission'))[:10]} – {str(row.get('discharge'))[:10]}"
        if name == "level":
            return number(row.get("hospital_level"))
        if name == "limit_level":
            return number(row.get("limit_level_min"))
        value = row.get(name)
        if hasattr(value, "isoformat"):
            return str(value)[:10]
        return number(value) if isinstance(value, int | float) or value is None else str(value)

    def __iter__(self) -> Any:
        return iter(self.row)

    def __len__(self) -> int:
        return len(self.row)
