"""Evidence in words: a rule's template filled with the facts of a finding, in either language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from string import Formatter
from typing import Any

from .words import number, word

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
