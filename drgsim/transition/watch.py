"""Cases to look at with a coder before the new scheme holds, and how many there are of each kind."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..words import pairs
from .flows import places
from .sides import Side

WATCHED: dict[str, tuple[str, str]] = pairs("watched")
_KEPT = ("case_id", "hospital_id", "department", "doctor_id", "discharge_date", "diagnoses", "procedures")
_NO_HOME = ("unknown_principal", "principal_in_no_mdc")


def watched(a: Side, b: Side, move: pd.Series, lost: np.ndarray) -> pd.Series:
    """The reason to look at each case, the most pressing first; missing where there is none."""
    old, new = (side.frame["reason"].astype(object).to_numpy() for side in (a, b))
    kind = move.astype(object).to_numpy()
    no_home = np.isin(new, _NO_HOME) & ~np.isin(old, _NO_HOME)
    tests = [
        (new == "gray_principal") & (old != "gray_principal"),
        no_home,
        kind == "other_mdc",
        kind == "newly_ungrouped",
        kind == "newly_ambiguous",
        lost,
    ]
    chosen = np.select(tests, list(WATCHED), default="")
    values = pd.Categorical([name or None for name in chosen], categories=list(WATCHED))
    return pd.Series(values, index=move.index, name="look_at")


def worklist(cases: pd.DataFrame, a: Side, b: Side, look_at: pd.Series, change: pd.Series) -> pd.DataFrame:
    """The cases themselves, for the hospital's own desk: identifiers are not among the columns.

    case_id, hospital_id, department, doctor_id, discharge_date, diagnoses, procedures (where the cases have
    them), group_a, group_b, look_at, zh, en, change (yuan).
    """
    rows = look_at.notna().to_numpy()
    table = cases.loc[rows, [name for name in _KEPT if name in cases.columns]].copy()
    table["group_a"], table["group_b"] = places(a)[rows].to_numpy(), places(b)[rows].to_numpy()
    table["look_at"] = look_at[rows].astype(object).to_numpy()
    table["zh"] = [WATCHED[each][0] for each in table["look_at"]]
    table["en"] = [WATCHED[each][1] for each in table["look_at"]]
    table["change"] = change[rows].to_numpy()
    order = np.array([list(WATCHED).index(each) for each in table["look_at"]], np.int64)
    return table.iloc[np.lexsort((table["change"].to_numpy(), order))]
