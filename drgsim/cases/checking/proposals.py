"""What a coder could put in place of what was got, in words; each text is worked out once.

A proposal is a place to look, never a correction: the record decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from ...codes import Catalogue, Kind
from ...codes.search import codes_in_use
from ...language import either, in_english, stated_language
from ..repair import KINDS
from .beside import codes_by_name, folded

_SHOWN = 3  # codes proposed for one


def proposed(how: str, column: str, got: str) -> str:
    """The proposal of a rule for one finding, in English for who asked for it, else in Chinese; empty where
    there is none.

    >>> proposed("in-use", "diagnoses", "M17.100")
    'M17.100 → M17.101 原发性单侧膝关节病'
    """
    return _proposed(how, column, got, stated_language() == "en") if how else ""


@lru_cache(maxsize=1 << 16)
def _proposed(how: str, column: str, got: str, english: bool) -> str:
    told = _WAYS[how](column, got)
    return in_english(told) if english else told


def _in_use(column: str, got: str) -> str:
    kind = KINDS[column]
    told = []
    for code in got.split():
        found = codes_in_use(code, kind)
        if found:
            told.append(f"{code} → {_named(found[:_SHOWN], kind)}")
    return "; ".join(told)


def _pair(column: str, got: str) -> str:
    principal, _, other = got.partition(", ")
    return f"请核对主要诊断能否为 {_named((other,), 'diagnosis')} (现为 {_named((principal,), 'diagnosis')})"


def _missed(column: str, got: str) -> str:
    from .pairs import speaking

    place = Catalogue.load("procedure").id_of(got)
    return next((either(one.zh, one.en) for one in speaking() if place >= 0 and one.procedures[place]), "")


def _missed_item(column: str, got: str) -> str:
    from .pairs import charged

    return next((either(one.zh, one.en) for one in charged("diagnosis") if one.items.search(got)), "")


def _stay(column: str, got: str) -> str:
    """Days by the dates; one at the least."""
    found = re.search(r"dates say (-?\d+)", got)
    return f"应为 {max(1, int(found[1]))} 天" if found else ""


def _age(column: str, got: str) -> str:
    found = re.search(r"dates say (-?\d+)", got)
    return f"按日期应为 {found[1]} 岁" if found else ""


def _count(column: str, got: str) -> str:
    found = re.search(r"has (\d+)", got)
    return f"应为 {found[1]}" if found else ""


def _weights(column: str, got: str) -> str:
    """Digits of two weights run together, or kilograms."""
    digits = got.removesuffix(".0")
    if digits.isdigit() and len(digits) in (5, 6, 7, 8):
        half = (len(digits)) // 2
        splits = [(digits[:at], digits[at:]) for at in (half, half + 1) if 3 <= at <= 4]
        fitting = [pair for pair in splits if all(part[0] != "0" and int(part) >= 100 for part in pair)]
        if fitting:
            return f"是否为双胎体重 {fitting[0][0]},{fitting[0][1]}"
    try:
        number = float(got)
    except ValueError:
        return ""
    return f"是否以千克填写, 应为 {number * 1000:g} 克" if 0.1 <= number < 10 else ""


def _code_of_name(column: str, got: str) -> str:
    kind: Kind = "diagnosis" if column.startswith("diagnos") else "procedure"
    catalogue = Catalogue.load(kind)
    told = []
    for each in got.split("; "):
        code, _, name = each.partition(" ")
        own = catalogue.names[catalogue.id_of(code)] if code in catalogue else ""
        codes = codes_by_name(kind).get(folded(name), ())
        listed = "、".join(codes[:_SHOWN])
        told.append(f"{code} 的名称是 {own}, {name} 的编码是 {listed}" if codes else f"{code} 的名称是 {own}")
    return "; ".join(told)


def _named(codes: tuple[str, ...], kind: Kind) -> str:
    catalogue = Catalogue.load(kind)
    return "、".join(
        f"{code} {catalogue.names[catalogue.id_of(code)]}" if code in catalogue else code for code in codes
    )


_WAYS: dict[str, Callable[[str, str], str]] = {
    "in-use": _in_use,
    "pair": _pair,
    "missed": _missed,
    "missed-item": _missed_item,
    "stay": _stay,
    "one-day": lambda column, got: "应为 1 天",
    "age": _age,
    "count": _count,
    "weights": _weights,
    "code-of-name": _code_of_name,
}
