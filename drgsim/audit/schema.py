"""The tables a screening reads beside the stays: their columns, aliases and words, from `data/audit/`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from .._paths import data_path
from ..errors import NotFoundError
from ..words import pairs

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
