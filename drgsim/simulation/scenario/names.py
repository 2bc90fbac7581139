"""Names and titles of scenarios and levers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import nearest_name
from ...policy.policy_errors import Mistake

LANGUAGES = ("zh", "en")


def is_name(raw: Any) -> bool:
    """Letters, digits, dots, hyphens and underscores: what a file name and a column may be."""
    stripped = raw.translate(str.maketrans("", "", "-._")) if isinstance(raw, str) else ""
    return stripped.isalnum()


def read_texts(raw: Any, where: str, problems: list[Mistake]) -> dict[str, str]:
    """A title by language; a single text stands for both. Nothing when there is none."""
    if raw is None or raw == {}:
        return {}
    if isinstance(raw, str):
        return dict.fromkeys(LANGUAGES, raw.strip()) if raw.strip() else {}
    if not isinstance(raw, Mapping):
        problems.append(Mistake(where, "not a title", raw, "zh and en, or one text for both"))
        return {}
    for key in (key for key in raw if key not in LANGUAGES):
        near = nearest_name(str(key), LANGUAGES)
        problems.append(Mistake(f"{where}.{key}", "unknown language", allowed="zh, en", nearest=near))
    texts = {key: str(raw[key]).strip() for key in LANGUAGES if raw.get(key)}
    known = next(iter(texts.values()), "")
    return {key: texts.get(key, known) for key in LANGUAGES} if known else {}
