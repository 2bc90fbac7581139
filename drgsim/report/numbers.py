"""Money, shares and counts as people read them: 亿元 and 万元, or million yuan; a real minus sign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, log10

MINUS = "−"
NONE = "–"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit money is written in: how many yuan it is, and its name."""

    yuan: float
    name: str


_ZH = (Unit(1e8, "亿元"), Unit(1e4, "万元"), Unit(1.0, "元"))
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
