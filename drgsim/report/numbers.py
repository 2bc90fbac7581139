"""Numbers and words as people read them: 亿元 and 万元 or million yuan, and the words of `data/words`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite, log10

from ..language import stated_language
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


MINUS = "−"
NONE = "–"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit money is written in: how many yuan it is, its name, and that beside Chinese in English."""

    yuan: float
    name: str
    beside: str = ""

    def over(self, zh: str, en: str) -> tuple[str, str]:
        """The head of a column written in this unit.

        >>> Unit(1e4, "万元", "10⁴ yuan").over("结余", "margin")
        ('结余（万元）', 'margin, 10⁴ yuan')
        """
        return f"{zh}（{self.name}）", f"{en}, {self.beside or self.name}"


_ZH = (Unit(1e8, "亿元", "10⁸ yuan"), Unit(1e4, "万元", "10⁴ yuan"), Unit(1.0, "元", "yuan"))
_EN = (Unit(1e6, "million yuan"), Unit(1.0, "yuan"))
_FROM = {1e8: 1e8, 1e6: 1e5, 1e4: 1e4}  # the largest amount must reach this for the unit to be used


def unit_for(amounts: Iterable[float], lang: str) -> Unit:
    """One unit for all of them, chosen by the largest.

    >>> unit_for([3.2e9, -4e6], "zh").name, unit_for([3.2e9], "en").name, unit_for([950.0], "zh").name
    ('亿元', 'million yuan', '元')
    """
    largest = max((abs(each) for each in amounts if isfinite(each)), default=0.0)
    units = _ZH if lang == "zh" else _EN
    return next((unit for unit in units if largest >= _FROM.get(unit.yuan, 0.0)), units[-1])


def table_unit(amounts: Iterable[float]) -> Unit:
    """The unit of a column: of the language asked for, the Chinese one where none was."""
    return unit_for(amounts, stated_language() or "zh")


def in_unit(amount: float, unit: Unit, *, signed: bool = False, figures: int = 3) -> str:
    """The bare number in that unit, with about `figures` significant figures.

    >>> in_unit(-31_400_000, Unit(1e4, "万元")), in_unit(1.204e8, Unit(1e8, "亿元"), signed=True)
    ('−3,140', '+1.20')
    """
    return number(amount / unit.yuan, signed=signed, figures=figures)


def money(amount: float, lang: str, *, signed: bool = False, figures: int = 3) -> str:
    """Number and unit, the unit chosen for this amount.

    >>> money(2_310_000_000, "zh"), money(-4_250_000, "zh", signed=True), money(4_250_000, "en", signed=True)
    ('23.1亿元', '−425万元', '+4.25 million yuan')
    """
    if not isfinite(amount):
        return NONE
    unit = unit_for([amount], lang)
    space = "" if lang == "zh" else " "
    return f"{in_unit(amount, unit, signed=signed, figures=figures)}{space}{unit.name}"


def number(value: float, *, signed: bool = False, figures: int = 3) -> str:
    """A number with about `figures` significant figures, whole digits always kept."""
    if not isfinite(value):
        return NONE
    size = abs(value)
    digits = 0 if size == 0 else max(0, figures - 1 - int(log10(size)) if size >= 1 else figures - 1)
    text = f"{size:,.{digits}f}"
    if not text.strip("0.,"):
        return "0"
    return f"{MINUS if value < 0 else '+' if signed else ''}{text}"


def percent(share: float, *, signed: bool = False, digits: int = 1) -> str:
    """A share of one in percent.

    >>> percent(0.0234), percent(-0.5, signed=True), percent(0.0, signed=True)
    ('2.3%', '−50.0%', '0.0%')
    """
    if not isfinite(share):
        return NONE
    text = f"{abs(share) * 100:,.{digits}f}%"
    if float(text[:-1].replace(",", "")) == 0:
        return text
    return f"{MINUS if share < 0 else '+' if signed else ''}{text}"


def count(value: float) -> str:
    """A whole number with separators."""
    return NONE if not isfinite(value) else f"{value:,.0f}".replace("-", MINUS)
