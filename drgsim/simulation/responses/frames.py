"""Case tables with some rows changed, added or left out. The table given is never changed itself."""

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
