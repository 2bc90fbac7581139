"""A finding: which rule, on what, how much, in words that say why and what would clear it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from string import Formatter
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
    texts = {name: [_text(row.get(name)) for row in rows] for name in TEXT_COLUMNS[5:] if name != "day"}
    days = [row.get("day") or row.get("time") for row in rows]
    columns: dict[str, Any] = {
        "finding": _ids(rule, rows),
        **dict.fromkeys(("rule", "family", "result", "table")),
        **dict.fromkeys(TEXT_COLUMNS[5:]),  # in their order
    }
    columns |= {
        "rule": [rule.id] * len(rows),
        "family": [rule.family] * len(rows),
        "result": [row.get("result") or rule.result for row in rows],
        "table": [rule.table] * len(rows),
        **texts,
        "day": [None if day is None else str(day)[:10] for day in days],
        **{name: [row.get(name) for row in rows] for name in NUMBER_COLUMNS},
        "weak": [bool(row.get("weak")) for row in rows],
        "evidence_zh": [said(rule.evidence.zh, row, "zh") for row in rows],
        "evidence_en": [said(rule.evidence.en, row, "en") for row in rows],
    }
    return polars().DataFrame(columns, schema=schema())


_KEY = ("visit_id", "other_id", "patient_id", "item_code", "time", "line_id")


def _ids(rule: Rule, rows: list[dict[str, Any]]) -> list[str]:
    """Of each finding an id of its content; the second of the same content is numbered."""
    numbers: Counter[str] = Counter()
    made = []
    for row in rows:
        key = row.get("key") or "|".join([str(row.get(name) or "") for name in _KEY])
        key = f"{rule.id}|{key}"
        numbers[key] += 1
        digest = hashlib.blake2b(f"{key}|{numbers[key]}".encode(), digest_size=8).hexdigest()
        made.append(f"F{digest}")  # a letter first: a spreadsheet takes digits for a number
    return made


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


Row = Mapping[str, Any]
UNKNOWN = "?"  # what a row does not have is a question mark, never an error


def said(template: str, row: Row, lang: str) -> str:
    """The template with its fields filled.

    `{name}` is a text or number as it is; `{name_text}` a number or day for people; `{name_zh}` and
    `{name_en}` the word for a value (sex, way, insurance, matched); `{stay_text}`, `{level_text}` and
    `{limit_age_text}` are made of several facts.

    >>> said("{los_text} days, {way_en}", {"los": 11.0, "way": "inpatient"}, "en")
    '11 days, inpatient'
    """
    return "".join([part if make is None else make(row) for part, make in _compiled(template)])


@lru_cache(maxsize=1024)
def _compiled(template: str) -> tuple[tuple[str, Callable[[Row], str] | None], ...]:
    parts: list[tuple[str, Callable[[Row], str] | None]] = []
    for literal, name, _, _ in Formatter().parse(template):
        if literal:
            parts.append((literal, None))
        if name is not None:
            parts.append(("", _field(name)))
    return tuple(parts)


def _field(name: str) -> Callable[[Row], str]:
    if name.endswith("_text"):
        bare = name.removesuffix("_text")
        made = {"limit_age": _ages, "stay": _stay}.get(bare)
        renamed = {"level": "hospital_level", "limit_level": "limit_level_min"}.get(bare, bare)
        return made or (lambda row: _plain(row.get(renamed)))
    if name[-3:] in ("_zh", "_en"):
        kind, lang = name[:-3], name[-2:]
        return lambda row: _named(kind, row.get(kind), lang)
    return lambda row: _as_is(row.get(name))


def _plain(value: Any) -> str:
    if hasattr(value, "isoformat"):
        return str(value)[:10]
    return number(value) if value is None or isinstance(value, int | float) else str(value)


def _as_is(value: Any) -> str:
    return number(value) if isinstance(value, float) else UNKNOWN if value is None else str(value)


def _named(kind: str, value: Any, lang: str) -> str:
    if value is None:
        return UNKNOWN
    if kind in ("sex", "limit_sex"):
        return word("sex", str(int(value)), lang)
    if kind == "limit_way":
        return "、".join(word("way", each, lang) for each in str(value).split())
    return word(kind, str(value), lang)


def _ages(row: Row) -> str:
    low, high = row.get("limit_age_min"), row.get("limit_age_max")
    return f"{'' if low is None else number(low)}–{'' if high is None else number(high)}"


def _stay(row: Row) -> str:
    return f"{str(row.get('admission'))[:10]} – {str(row.get('discharge'))[:10]}"
