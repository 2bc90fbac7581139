"""Case tables with rows changed, added or left out: their dates, and the sums of their money in whole fen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...payment.engine.streams import uniforms
from ..scenario_errors import SimulationError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

ID = "case_id"


def need(cases: pd.DataFrame, response: str, *columns: str) -> None:
    """Raise SimulationError when the table lacks columns a response uses."""
    missing = [name for name in columns if name not in cases.columns]
    if missing:
        raise SimulationError(
            f"the response {response!r} needs columns the cases do not have",
            got=", ".join(missing),
            where="the cases",
            do="give cases with these columns; `facing(payments)` adds what each stay faces under a policy",
        )


def draw(cases: pd.DataFrame, rows: Ints | slice, stream: str, seed: int) -> Floats:
    """A number in [0, 1) for each of the rows: of its case id and the stream, whatever the other rows are."""
    return np.asarray(uniforms(cases[ID].array[rows], f"response.{stream}", seed), np.float64)


def number(cases: pd.DataFrame, column: str, rows: Ints | slice = slice(None)) -> Floats:
    """Some of a column as float64, NaN where missing."""
    return np.asarray(cases[column].iloc[rows].to_numpy(np.float64, na_value=np.nan), np.float64)


def equal(cases: pd.DataFrame, column: str, value: Any) -> Mask:
    """(n,) where a column holds a value; not where it is missing."""
    return np.asarray((cases[column] == value).fillna(False), np.bool_)


def lean(number: Floats, middle: float, strength: float) -> Floats:
    """Factors on a chance, 1 at `middle` and where the number is missing, up to 1 ± strength away from it."""
    if strength == 0:
        return np.ones(len(number))
    return 1.0 + strength * np.nan_to_num(np.clip(number - middle, -1.0, 1.0))


def put(cases: pd.DataFrame, rows: Ints, values: Mapping[str, Any]) -> pd.DataFrame:
    """The table with new values in some rows; columns it does not have are left out."""
    after = cases.copy(deep=False)
    for name, new in values.items():
        if name in cases.columns:
            after[name] = _with(cases[name], rows, new)
    return after


def _with(column: pd.Series, rows: Ints, new: Any) -> Any:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu" and not _whole(new):
        column = column.astype(np.float64)
    changed = column.array.copy()
    changed[rows] = new
    return changed


def _whole(values: Any) -> bool:
    return np.asarray(values).dtype.kind in "iu"


def copies(cases: pd.DataFrame, rows: Ints, suffix: str, *, same_person: bool) -> pd.DataFrame:
    """Copies of some rows under new case ids, the id of the row they are of and a suffix.

    Another person's copy gets a new patient id too, so that its stays are not counted as the first one's.
    """
    new = cases.iloc[rows].copy(deep=False)
    every, base = cases[ID].astype(str), new[ID].astype(str) + suffix
    taken = every[every.str.contains(suffix, regex=False)]
    ids, copy = base, 1
    while (again := ids.isin(taken)).any():  # the table already holds the copies of an earlier run
        copy += 1
        ids = ids.where(~again, base + str(copy))
    new[ID] = ids.array
    if not same_person and "patient_id" in new.columns:
        person = new["patient_id"]
        new["patient_id"] = (person.astype(str) + suffix).where(person.notna(), person).array
    return new


def joined(cases: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Both tables, the new rows last, under a new RangeIndex."""
    texts = [name for name in (ID, "patient_id") if name in cases.columns]
    parts = [cases.copy(deep=False), new]
    for name in texts:
        if cases[name].dtype != new[name].dtype:
            parts[0][name] = cases[name].astype(str).where(cases[name].notna(), None).array
    return pd.concat(parts, ignore_index=True)


def days(counts: Floats) -> npt.NDArray[np.timedelta64]:
    """Whole days, to be added to dates."""
    return counts.astype(np.int64).astype("timedelta64[D]").astype("timedelta64[s]")


def kept_in_year(dates: Any, first: Floats, last: Floats) -> Floats:
    """Days by which all that happens `first` to `last` days after a date moves to lie in the date's own year.

    Earlier (negative) where the last would lie in the next year, later where the first would lie in the one
    before; 0 for a missing date.

    >>> import pandas as pd
    >>> dates = pd.to_datetime(["2025-12-30", "2025-01-03", "2025-06-01"])
    >>> kept_in_year(dates, np.full(3, -5.0), np.full(3, 4.0)).tolist()
    [-3.0, 3.0, 0.0]
    """
    day = pd.Series(dates).dt.day_of_year.to_numpy(np.float64, na_value=np.nan)
    length = np.where(pd.Series(dates).dt.is_leap_year, 366.0, 365.0)
    over, under = np.maximum(day + last - length, 0.0), np.maximum(1.0 - day - first, 0.0)
    return np.nan_to_num(np.where(over > 0, -over, under))


TOTAL = "total_cost"
COST_PARTS = (
    "drug_cost",
    "consumable_cost",
    "examination_cost",
    "procedure_cost",
    "nursing_cost",
    "other_cost",
)
BILL_PARTS = ("out_of_scope", "over_limit", "prepaid_share", "in_scope")
WITHIN = ("new_technology_cost", "commercial_list_cost")  # of the total, overlapping the parts
RECORDED = (
    "deductible",
    "fund_basic",
    "fund_civil_servant",
    "fund_enterprise",
    "fund_catastrophic",
    "fund_large_claim",
    "fund_medical_aid",
    "fund_other",
    "fund_total",
    "patient_paid",
    "account_paid",
    "cash_paid",
)

Money = dict[str, Floats]  # whole fen by column, NaN where missing


def read_money(cases: pd.DataFrame, rows: Ints) -> Money:
    """The amounts of some rows, in fen."""
    columns = (TOTAL, *COST_PARTS, *BILL_PARTS, *WITHIN)
    return {name: np.rint(number(cases, name, rows) * 100) for name in columns if name in cases.columns}


def in_yuan(money: Money, cases: pd.DataFrame, rows: Ints) -> Money:
    """Columns to put into these rows: the amounts in yuan, the ratio they give, no recorded settlement."""
    columns = {name: fen / 100.0 for name, fen in money.items()}
    if "ratio" in cases.columns:
        before = np.rint(number(cases, TOTAL, rows) * 100)
        change = np.divide(money[TOTAL], before, out=np.ones(len(before)), where=before > 0)
        columns["ratio"] = number(cases, "ratio", rows) * change
    return columns | no_settlement(cases, rows)


def no_settlement(cases: pd.DataFrame, rows: Ints) -> Money:
    """The columns of a recorded settlement, empty."""
    return {name: np.full(len(rows), np.nan) for name in RECORDED if name in cases.columns}


def scaled(money: Money, factor: Floats) -> Money:
    """The amounts times a factor each: the total rounded to the fen, its parts to what sums to it.

    Parts are rounded at their running sum, so none becomes negative and no fen is lost.
    """
    total = np.rint(money[TOTAL] * factor)
    exact = np.divide(total, money[TOTAL], out=np.array(factor, np.float64), where=money[TOTAL] > 0)
    result = {TOTAL: total}
    for family in (COST_PARTS, BILL_PARTS):
        result |= scaled_parts({name: money[name] for name in family if name in money}, exact)
    return result | {name: np.rint(money[name] * exact) for name in WITHIN if name in money}


def scaled_parts(parts: Money, factor: Floats) -> Money:
    """Amounts times a factor, rounded so that their sum is the rounded sum."""
    result: Money = {}
    running, before = np.zeros(len(factor)), np.zeros(len(factor))
    for name, fen in parts.items():
        running = running + np.nan_to_num(fen)
        after = np.rint(running * factor)
        result[name] = np.where(np.isnan(fen), np.nan, after - before)
        before = after
    return result


def minus(money: Money, other: Money) -> Money:
    """What is left of amounts."""
    return {name: fen - other[name] for name, fen in money.items()}


def with_more_drugs(money: Money, shift: float) -> Money:
    """The same total with `shift` of it moved from the other parts to drugs, at most what they have."""
    parts = {name: money[name] for name in COST_PARTS if name in money and name != "drug_cost"}
    if "drug_cost" not in money or not parts:
        return money
    others = sum((np.nan_to_num(fen) for fen in parts.values()), start=np.zeros(len(money[TOTAL])))
    moved = np.where(np.isnan(money["drug_cost"]), 0.0, np.minimum(np.rint(money[TOTAL] * shift), others))
    moved = np.nan_to_num(moved)
    left = np.divide(others - moved, others, out=np.ones(len(others)), where=others > 0)
    return money | scaled_parts(parts, left) | {"drug_cost": money["drug_cost"] + moved}
