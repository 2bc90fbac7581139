"""The tables a screening reads beside the stays: columns, aliases and words from `data/audit/`, and
templates to fill in."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from .._excel import workbook
from .._paths import data_path
from ..errors import NotFoundError
from ..language import both, either, told
from ..words import pairs, unit_text, word_in
from .words import word

TABLES = pairs("audit_table")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `kind` is text, decimal, whole, money (yuan), time, flag, level, way or insurance."""

    name: str
    kind: str
    required: bool
    unit: str
    zh: str
    en: str
    aliases: tuple[str, ...]
    description: str


@cache
def columns(table: str) -> Mapping[str, Column]:
    """The columns of a table by name, in the order of its template. Raises NotFoundError.

    >>> columns("items")["time"].zh
    '费用发生时间'
    """
    if table not in TABLES:
        raise NotFoundError("no such table", got=table, allowed=list(TABLES), nearest=TABLES)
    found = {}
    for row in _rows("tables.csv"):
        if row["table"] == table:
            aliases = tuple(part for part in f"{row['aliases']}|{row['aliases_zh']}".split("|") if part)
            found[row["name"]] = Column(
                row["name"],
                row["kind"],
                row["required"] == "yes",
                row["unit"],
                row["label_zh"],
                row["label_en"],
                aliases,
                row["description"],
            )
    return MappingProxyType(found)


@cache
def values(kind: str) -> Mapping[str, str]:
    """What texts of a kind with fixed values (way, insurance, sex, flag, level) mean."""
    return MappingProxyType({row["text"]: row["value"] for row in _rows("values.csv") if row["kind"] == kind})


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    with data_path("audit", name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _kind(kind: str) -> str:
    return word_in(kind, "column_kind")


_ABOUT = ("table", "header", "column", "required", "kind", "unit", "aliases", "description")


def write_template(path: Path) -> None:
    """A workbook with an empty sheet a table, headers in Chinese, and a sheet that explains the columns.

    `drgsim audit` reads it as it is. Needs the extra `excel`.
    """
    listed: list[dict[str, str]] = []
    sheets: dict[str, dict[str, str]] = {}
    for table, (zh, en) in TABLES.items():
        heads = columns(table)
        sheets[either(zh, en)] = {each.name: either(each.zh, each.name) for each in heads.values()}
        for each in heads.values():
            needed = either("是", "yes") if each.required else ""
            words = [both(zh, en), each.zh, each.name, needed, _kind(each.kind), unit_text(each.unit)]
            words += ["、".join(each.aliases), told(each.description)]
            listed.append(dict(zip(_ABOUT, words, strict=True)))
    lang = either("zh", "en")
    with workbook(path, as_given=True) as book:
        heads_about = {name: word("template", name, lang) for name in _ABOUT}
        book.table(word("template", "about", lang), pd.DataFrame(listed), headers=heads_about)
        for name, heads_zh in sheets.items():
            book.table(name, pd.DataFrame(columns=list(heads_zh)), headers=heads_zh)
