"""The values a coded column may hold, and the spellings that mean them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

from .._paths import data_path
from ..errors import ArgumentError
from .columns import case_column

Value = int | str | bool


@dataclass(frozen=True, slots=True)
class CodedValue:
    """One value of one column, a row of `data/cases/values.csv`.

    `spellings` are the texts that mean it wherever they stand: the value itself, its Chinese label,
    its English one and the aliases. What else a file writes is said by its layout.
    """

    value: Value
    label_zh: str
    label_en: str
    spellings: tuple[str, ...]
    source: str
    state: str


@cache
def coded_values() -> Mapping[str, tuple[CodedValue, ...]]:
    """The values of every coded column, by column.

    >>> [coded.label_en for coded in coded_values()["discharge"]][:2]
    ["doctor's order", 'transfer']
    """
    found: dict[str, list[CodedValue]] = {}
    with data_path("cases", "values.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["column"], []).append(_coded(row))
    return MappingProxyType({column: tuple(values) for column, values in found.items()})


def spellings(column: str) -> dict[str, Value]:
    """Text → value, for every spelling of a coded column; empty for a column that is not coded."""
    return {text: coded.value for coded in coded_values().get(column, ()) for text in coded.spellings}


def value_labels(column: str, language: Literal["zh", "en"] = "zh") -> dict[Value, str]:
    """Value → label, for tables that people read."""
    return {coded.value: getattr(coded, f"label_{language}") for coded in coded_values().get(column, ())}


def as_value(column: str, value: Value) -> Value:
    """A value of a coded column, given as itself or as its text (`"1"`, `"employee"`).

    Raises NotFoundError for an unknown column, ArgumentError for a value the column does not have.

    >>> as_value("sex", "2"), as_value("retired", True)
    (2, True)
    """
    known = {written(coded.value): coded.value for coded in coded_values().get(case_column(column).name, ())}
    if written(value) not in known:
        raise ArgumentError(
            f"the column {column!r} has no such value", got=value, allowed=list(known) or "it is not coded"
        )
    return known[written(value)]


def written(value: Value) -> str:
    """A value as text: flags are 0 and 1."""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _typed(column: str, text: str) -> Value:
    kind = case_column(column).kind
    if kind == "whole":
        return int(text)
    return text == "1" if kind == "flag" else text


def _coded(row: dict[str, str]) -> CodedValue:
    texts = (row["value"], row["label_zh"], row["label_en"], *row["aliases"].split("|"))
    return CodedValue(
        value=_typed(row["column"], row["value"]),
        label_zh=row["label_zh"],
        label_en=row["label_en"],
        spellings=tuple(dict.fromkeys(filter(None, texts))),
        source=row["source"],
        state=row["state"],
    )
