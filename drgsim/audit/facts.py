"""What conditions of rules may ask for, by the table a rule looks at, and their evaluation on a frame."""

from __future__ import annotations

import csv
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from .._paths import data_path
from ..cases.conditions import Condition, Fact, FactColumns, Facts, Words, case_facts
from .reading import polars
from .rule import Rule

if TYPE_CHECKING:
    import polars as pl


@cache
def code_lists() -> dict[str, tuple[str, ...]]:
    """The lists by name (`data/audit/lists.csv`).

    >>> code_lists()["delivery"]
    ('O80-O84', 'Z37')
    """
    with data_path("audit", "lists.csv").open(encoding="utf-8", newline="") as file:
        return {row["list"]: tuple(row["codes"].split()) for row in csv.DictReader(file)}


Scope = Literal["item", "prescription", "member", "trace", "stay"]
SCOPES: dict[str, Scope] = {
    "items": "item",
    "prescriptions": "prescription",
    "members": "member",
    "dispensings": "trace",
    "stays": "stay",
    "checklist": "item",
}


@cache
def facts_of(scope: Scope) -> Facts:
    """The facts of one scope, from `data/audit/facts.csv`; stays also have every column of the case table."""
    with data_path("audit", "facts.csv").open(encoding="utf-8", newline="") as file:
        own = [
            Fact(row["name"], row["kind"], row["zh"], row["en"], row["unit"], tuple(row["values"].split()))  # type: ignore[arg-type]
            for row in csv.DictReader(file)
            if row["scope"] == scope
        ]
    named = Facts.of(own, code_lists())
    return (case_facts() | named) if scope in ("stay", "item") else named


@lru_cache(maxsize=1024)
def condition(text: str, scope: Scope) -> Condition:
    """A condition over the facts of a scope. Raises ConditionError."""
    return Condition.parse(text, facts_of(scope))


_CODES = ("diagnoses", "procedures")  # codes joined by a bar


class PolarsColumns:
    """A polars frame as columns of facts; categories go over as words, numbers as float64."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self.rows = len(frame)

    def __contains__(self, name: str) -> bool:
        return name in self.frame.columns

    def __getitem__(self, name: str) -> Any:
        column = self.frame.get_column(name)
        if column.dtype.is_numeric():
            return column.cast(float).fill_null(np.nan).to_numpy()
        if str(column.dtype) == "Boolean":
            return column.cast(int).cast(float).fill_null(np.nan).to_numpy()
        if column.dtype.is_temporal():
            return column.to_numpy()
        if name in _CODES:
            return column.cast(str).to_list()
        distinct = column.cast(str).unique().drop_nulls().sort()
        places = dict(zip(distinct.to_list(), range(len(distinct)), strict=True))
        codes = column.cast(str).replace_strict(places, default=-1, return_dtype=polars().Int32)
        return Words(codes.fill_null(-1).to_numpy(), distinct.to_list())


def asked_of(frame: pl.DataFrame) -> FactColumns:
    """A frame whose columns many conditions share."""
    return FactColumns(PolarsColumns(frame))


def where_rule_holds(
    rule: Rule, frame: pl.DataFrame, asked: FactColumns | None = None
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Rows in which the rule's condition holds and nothing exempts, and rows in which that is not known."""
    scope = SCOPES[rule.table]
    asked = asked or asked_of(frame)
    holds, unknown = np.ones(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    if not len(frame):
        return holds, unknown
    if rule.when:
        holds, unknown = condition(rule.text(rule.when), scope).evaluate(asked)
    for each in rule.exempt:
        out = condition(rule.text(each.when), scope).holds(asked)
        holds, unknown = holds & ~out, unknown & ~out
    return holds, unknown


def names_asked(rule: Rule) -> set[str]:
    """The facts a rule's condition and exemptions ask for. Raises ConditionError."""
    scope = SCOPES[rule.table]
    texts = [rule.when, *(each.when for each in rule.exempt)]
    return {name for text in texts if text for name in condition(rule.text(text), scope).fact_names}
