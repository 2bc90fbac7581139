"""The words of charts, page and workbook in both languages, as `data/words.csv` has them."""

from __future__ import annotations

from collections.abc import Mapping

from ..words import words


def word(key: object, lang: str) -> str:
    """The word in that language; a key nobody named stands for itself."""
    known = words()
    found = next((known[id] for id in (f"report.{key}", str(key), f"trust.{key}") if id in known), None)
    if found is None:
        return str(key)
    return found.zh if lang == "zh" else found.en


def both(key: object) -> tuple[str, str]:
    """The word in Chinese and in English."""
    return word(key, "zh"), word(key, "en")


def level(value: object, lang: str) -> str:
    """A hospital level in words: 3, 3.0 and "3" alike."""
    text = str(value)
    text = text[:-2] if text.endswith(".0") else text
    named = word(f"level_{text}", lang)
    return text if named == f"level_{text}" else named


def title(titles: Mapping[str, Mapping[str, str]] | None, key: str, lang: str) -> str:
    """The title of a scenario in that language, or in the other one, or its id."""
    found = (titles or {}).get(key) or {}
    return found.get(lang) or next((text for text in found.values() if text), key)
