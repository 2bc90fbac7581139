"""Header cells made comparable (width, case, blanks and brackets do not matter), and the kinds of headers
that name persons, or codes that are none of the stay's own."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Literal

from .._paths import data_path
from .columns import CaseColumn

HeaderKind = Literal["identifier", "elsewhere"]


@cache
def headers_of(kind: HeaderKind) -> re.Pattern[str]:
    """The header keys of a kind, rows of `data/cases/header_kinds.csv`."""
    with data_path("cases", "header_kinds.csv").open(encoding="utf-8", newline="") as file:
        patterns = [row["pattern"] for row in csv.DictReader(file) if row["kind"] == kind]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def is_elsewhere(key: str) -> bool:
    """Whether a header key names codes that are no diagnosis or procedure of the stay: outpatient diagnoses,
    pathology, Chinese medicine …

    >>> is_elsewhere("门诊诊断编码"), is_elsewhere("诊断编码"), is_elsewhere("otp_wm_dise")
    (True, False, True)
    """
    return headers_of("elsewhere").fullmatch(key) is not None


_LONGEST_KEPT = 100  # characters of a cell whose keys are remembered
_BRACKETED = re.compile(r"\[[^\[\]]+\]")  # as databases write names
_NAME_THEN_CODE = re.compile(r".*\(([a-z][a-z0-9_.]*)\)")
_FEE = re.compile(
    r"(?:[^-_:]{1,12}类[-_:.、]?)?(?:\(?[\d一二三四五六七八九十]{1,2}[)、.])?(?:其中:)?(.*费用?)(?:\(元\))?"
)
_AND = r"(?:及|和|与|/|、|\+)?"
_BOTH = re.compile(rf"(?:名称?{_AND}(?:编码|代码)|(?:编码|代码){_AND}名称)(?=\d*\)?$)")
_CODE_THEN_NAME = re.compile(r"([a-z][a-z0-9_]*)[(\[:\-|].*[^\x00-\x7f].*")


def header_key(cell: str) -> str:
    """The form in which header cells are compared.

    >>> header_key(" 年龄（岁） "), header_key("[C06x01C]")
    ('年龄(岁)', 'c06x01c')
    """
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", cell.removeprefix("\ufeff"))).casefold()
    return text[1:-1] if _BRACKETED.fullmatch(text) else text


_REST = re.compile(
    r"\(?(?:(?:百|千|万|亿)?元|岁|周岁|天|日|月|克|千克|g|kg|小时|分钟|例|人次?|次|%|医保版?|国临版?|"
    r"(?:icd-?\d*(?:-?cm-?3)?)?(?:编码|代码|名称|code|name))(?:\d{1,2}|[一二三四五六七八九十]{1,2})?\)?",
    re.IGNORECASE,
)


_USUAL = re.compile(r"\((?:元|岁|周岁|天|日)\)|(?:编码|代码|code)1?", re.IGNORECASE)  # say nothing more


def is_rest_of_header(cells: Sequence[str]) -> bool:
    """Whether a row only goes on with the header above it: units, and codes and names under what they are of.

    >>> is_rest_of_header(["", "(岁)", "编码", "名称1"]), is_rest_of_header(["A1", "男"])
    (True, False)
    """
    filled = [key for cell in cells if (key := header_key(cell))]
    return bool(filled) and all(_REST.fullmatch(key) for key in filled)


class StackedCell(str):
    """A cell of a header of two rows: the lower text, and what stands above it."""

    above: str

    def __new__(cls, below: str, above: str) -> StackedCell:
        cell = super().__new__(cls, below or above)
        cell.above = above if below else ""
        return cell


def header_keys(cell: str) -> tuple[str, ...]:
    """Every key a header cell may stand for: itself, the code in `name(code)` or `code(name)`, codes
    with names beside them (主要诊断名称及编码), and a fee without the class, number and unit around it.

    A Chinese name is never cut at its bracket: 年龄(月) must not become 年龄.

    >>> header_keys("病案号（A48）"), header_keys("A48 病案号"), header_keys("年龄(月)")
    (('病案号(a48)', 'a48'), ('a48病案号', 'a48'), ('年龄(月)',))
    """
    plain = _keys(str(cell)) if len(cell) <= _LONGEST_KEPT else _keys.__wrapped__(str(cell))
    if isinstance(cell, StackedCell) and cell.above:
        above = header_keys(cell.above) if isinstance(cell.above, StackedCell) else (header_key(cell.above),)
        alone = above if _USUAL.fullmatch(plain[0]) else ()
        return tuple(dict.fromkeys([*plain, *(key + plain[0] for key in above), *alone]))
    return plain


@lru_cache(maxsize=1 << 16)  # a sheet of 16,384 columns is looked through for each layout and each row
def _keys(cell: str) -> tuple[str, ...]:
    key = header_key(cell)
    found = [key]
    for pattern in (_NAME_THEN_CODE, _CODE_THEN_NAME):
        if match := pattern.fullmatch(key):
            found.append(match[1])
    leading = re.match(r"\s*([A-Za-z][A-Za-z0-9_]*)\s+\S*[^\x00-\x7f]", cell)
    if leading:
        found.append(leading[1].casefold())
    if "名" in key and (coded := _BOTH.sub("编码", key)) != key:  # 主要诊断名称及编码: a name beside its code
        found.append(coded)
    if match := _FEE.fullmatch(key):  # 治疗类-手术治疗费
        found.append(match[1])
    return tuple(dict.fromkeys(found))


def schema_keys(column: CaseColumn, fields: Sequence[str]) -> tuple[str, ...]:
    """The keys of a column of the case table, from the named fields of its schema row."""
    names: list[str] = []
    for field in fields:
        value = getattr(column, field)
        names.extend([value] if isinstance(value, str) else value)
    return tuple(map(header_key, names))
