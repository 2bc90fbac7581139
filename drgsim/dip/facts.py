"""Facts of a case that conditions ask for, and where each comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._optional import require
from .._paths import data_path
from ..cases.arrow_columns import is_text
from ..cases.columns import case_column, case_columns
from ..cases.given import refuse_doubled
from ..cases.layouts import find_layout
from ..cases.parse import parse_column
from ..errors import ArgumentError, ColumnError, nearest_name
from .catalogue_tables import DIAGNOSIS_FACTS, gather_facts
from .expressions import CODE_FACTS, parse_conditions
from .model import DiagnosisFact

Numbers = npt.NDArray[np.float64]

DIED = 5  # the discharge mode of a death, in the national interface and the front page alike


def _ratio(part: Numbers, whole: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def _died(discharge: Numbers) -> Numbers:
    return np.where(np.isnan(discharge), np.nan, (discharge == DIED).astype(float))


# fact -> the columns it needs, and how it follows from them
COLUMN_FACTS: Mapping[str, tuple[tuple[str, ...], Callable[..., Numbers]]] = {
    **{
        name: ((name,), lambda value: value)
        for name in (
            "age",
            "age_days",
            "sex",
            "birth_weight",
            "admission_weight",
            "los",
            "discharge",
            "icu_hours",
            "ventilation_hours",
            "total_cost",
            "cci",
        )
    },
    "icu_days": (("icu_hours",), lambda hours: hours / 24),
    "died": (("discharge",), _died),
    "drug_share": (("drug_cost", "total_cost"), _ratio),
    "consumable_share": (("consumable_cost", "total_cost"), _ratio),
    "procedure_share": (("procedure_cost", "total_cost"), _ratio),
}

MATCHED_FACTS: tuple[str, ...] = ("cc", "mcc", "severity", "operation_level", "cost_ratio")
"""Worked out while a case is matched: a CC, an MCC (1 or 0), the rule set's severity, the level of the
principal procedure, cost over the mean cost of the type."""


@cache
def shipped_facts() -> Mapping[str, DiagnosisFact]:
    """Facts read off diagnosis codes that every catalogue may ask for (`data/dip/diagnosis_facts.csv`)."""
    problems: list[str] = []
    facts = gather_facts(DIAGNOSIS_FACTS.read(data_path("dip"), problems), problems)
    assert not problems, problems
    return facts


def known_facts(own: Mapping[str, DiagnosisFact]) -> list[str]:
    """Every fact that a catalogue with `own` diagnosis facts may ask for."""
    return sorted({*COLUMN_FACTS, *MATCHED_FACTS, *shipped_facts(), *own})


def column_facts(cases: pd.DataFrame, names: Sequence[str]) -> Numbers:
    """The facts `names` of every case, float64 [cases, facts], NaN where not stated.

    A name may be the text of a condition that is no interval: 1 where it holds, 0 where it does not.
    """
    table = np.full((len(cases), len(names)), np.nan)
    for place, name in enumerate(names):
        table[:, place] = _fact(cases, name) if name in COLUMN_FACTS else _held(cases, name)
    return table


def _fact(cases: pd.DataFrame, name: str) -> Numbers:
    columns, rule = COLUMN_FACTS[name]
    if any(column not in cases.columns for column in columns):
        return np.full(len(cases), np.nan)
    return rule(*(numbers(cases, column) for column in columns))


def _held(cases: pd.DataFrame, text: str) -> Numbers:
    (condition,) = parse_conditions(text)
    asked = {
        name: cases[name] if name in CODE_FACTS else _fact(cases, name)
        for name in condition.fact_names
        if name not in CODE_FACTS or name in cases.columns
    }
    held = condition.evaluate(asked)
    return np.where(held.unknown, np.nan, held.holds.astype(np.float64))


def columns_of(name: str) -> set[str]:
    """The columns of the case table that a column fact, or the text of a condition, is worked out of."""
    if name in COLUMN_FACTS:
        return set(COLUMN_FACTS[name][0])
    facts = {fact for condition in parse_conditions(name) for fact in condition.fact_names}
    return {
        column for fact in facts for column in (COLUMN_FACTS[fact][0] if fact in COLUMN_FACTS else (fact,))
    }


def numbers(cases: pd.DataFrame, column: str) -> Numbers:
    """A column as float64, NaN where it is absent, not stated or cannot be read as a number.

    Text is read as `drgsim.read_cases` reads it.
    """
    if column not in cases.columns:
        return np.full(len(cases), np.nan)
    series = cases[column]
    if pd.api.types.is_numeric_dtype(series.dtype) and not pd.api.types.is_bool_dtype(series.dtype):
        return series.to_numpy(dtype=np.float64, na_value=np.nan)
    if column in case_columns():
        parsed = parse_column(series.reset_index(drop=True), case_column(column), find_layout("plain"))
        return parsed.values.to_numpy(dtype=np.float64, na_value=np.nan)
    return pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def refuse_without_diagnoses(columns: Iterable[Any]) -> None:
    """Raises ColumnError for columns that stand twice, and where there are no diagnoses."""
    names = [*columns]
    refuse_doubled(names)
    if "diagnoses" not in names:
        raise ColumnError(
            "the table of cases lacks diagnoses",
            got=nearest_name("diagnoses", map(str, names)),
            do="read the file with drgsim.read_cases, or rename the column",
        )


def unreadable(cases: pd.DataFrame, names: Iterable[str]) -> dict[str, int]:
    """For each column of these facts how many of its cells hold something that is no number."""
    columns = sorted({column for name in names for column in columns_of(name)} - set(CODE_FACTS))
    found = {
        column: int((np.isnan(numbers(cases, column)) & cases[column].notna().to_numpy()).sum())
        for column in columns
        if column in cases.columns
    }
    return {column: count for column, count in found.items() if count}


def arrow_facts(columns: Mapping[str, Any], rows: int, asked: Iterable[str]) -> pd.DataFrame:
    """The Arrow columns that are asked for, as a frame of so many rows."""
    import pyarrow as pa

    wanted = {"total_cost", *asked}
    table = pa.table({name: column for name, column in columns.items() if name in wanted})
    return table.to_pandas().reindex(pd.RangeIndex(rows))


def arrow_parts(cases: Any, asked: Iterable[str]) -> tuple[Any, Any, pd.DataFrame]:
    """The diagnoses, the procedures and the facts asked for, of a table in Arrow memory.

    Raises ArgumentError for what is no such table, ColumnError as `refuse_without_diagnoses`.
    """
    if not hasattr(cases, "__arrow_c_stream__"):
        raise ArgumentError(
            "not a table of cases",
            got=type(cases).__name__,
            allowed=("pandas DataFrame", "anything with __arrow_c_stream__", "dict", "list of dicts"),
        )
    pa = require("pyarrow", extra="arrow", feature="grouping Arrow tables")
    table = pa.table(cases)
    refuse_without_diagnoses(table.column_names)
    found = dict(zip(table.column_names, table.columns, strict=True))
    codes = [found.get(name, pa.nulls(len(table), pa.string())) for name in ("diagnoses", "procedures")]
    diagnoses, procedures = (each if is_text(each.type) else each.to_pandas() for each in codes)
    return diagnoses, procedures, arrow_facts(found, len(table), asked)
