"""The case table as facts: every column of it, the shares of cost, and the named lists of codes."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from weakref import proxy

import numpy as np

from ..._paths import data_path
from ...codes import Catalogue
from ..columns import CaseColumn, case_columns
from ..repair import KINDS
from ..values import coded_values
from .columns import Codes, FactColumns, Floats
from .condition import Condition, Expression
from .facts import Fact, FactKind, Facts

if TYPE_CHECKING:
    from ..case_arrays import CaseArrays, Mask

_KINDS: Mapping[str, FactKind] = {
    "text": "text",
    "whole": "number",
    "decimal": "number",
    "money": "number",
    "flag": "flag",
    "date": "date",
    "codes": "codes",
    "list": "codes",  # texts joined as codes are
}


@cache
def case_facts() -> Facts:
    """The columns of the case table by name, and the lists of `data/cases/code_lists.csv`.

    >>> case_facts()["los"].zh
    '住院天数'
    """
    return Facts.of([_fact(column) for column in case_columns().values()], _lists())


def holds(condition: str, arrays: CaseArrays) -> Mask:
    """Rows of the case table in which a condition holds; an empty one holds in all.

    Raises ConditionError.
    """
    if not condition:
        return np.ones(arrays.rows, dtype=bool)
    return _parsed(condition).holds(_asked(arrays))


def total(expression: str, arrays: CaseArrays) -> Floats:
    """The value of `24*los + 24` or `a + b - c` in every row; NaN where a column is missing.

    Raises ConditionError.
    """
    return Expression.parse(expression, case_facts()).evaluate(_asked(arrays))


class CaseColumns:
    """The arrays of a case table as columns of facts."""

    def __init__(self, arrays: CaseArrays) -> None:
        self.arrays = arrays
        self.rows = arrays.rows

    def __contains__(self, name: str) -> bool:
        return name in case_columns() and self.arrays.has(name)

    def __getitem__(self, name: str) -> Any:
        kind = case_columns()[name].kind
        if kind == "codes":
            return Codes.of_lists(
                self.arrays.lists(name),
                Catalogue.load(KINDS[name]).codes,
                self.arrays.text(name).isna().to_numpy(),
            )
        if kind in ("text", "list"):
            return self.arrays.text(name)
        return np.floor(self.arrays.number(name)) if kind == "date" else self.arrays.number(name)


@cache
def _parsed(condition: str) -> Condition:
    return Condition.parse(condition, case_facts())


def _asked(arrays: CaseArrays) -> FactColumns:
    if arrays.asked is None:  # by a proxy: a circle would keep the columns of a chunk after it is done
        arrays.asked = FactColumns(CaseColumns(proxy(arrays)))
    return arrays.asked


def _fact(column: CaseColumn) -> Fact:
    texts = tuple(str(each.value) for each in coded_values().get(column.name, ()))
    return Fact(
        name=column.name,
        kind=_KINDS[column.kind],
        zh=column.label_zh,
        en=column.label_en,
        unit=column.unit,
        values=texts if column.kind == "text" else (),
        blank_is_none=column.name == "procedures",
    )


def _lists() -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    with data_path("cases", "code_lists.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            lists.setdefault(row["list"], []).extend(row["codes"].split())
    return lists
