"""Cases that are not as they were: of hospitals that change, and with costs that moved against prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...cases.columns import case_columns
from ...policy.parameters import dimensions
from ..scenario.lever import LARGEST, HospitalChange
from ..scenario_errors import SimulationError

INSURANCE = "insurance"


def amounts_at(cases: pd.DataFrame, relative: Mapping[str, float]) -> dict[str, npt.NDArray[np.float64]]:
    """Every column of money (yuan) times its insurance's factor; other insurances keep theirs.

    Paying costs `c` times as high at prices `p` times as high comes to `p` times paying costs `c / p` at
    the prices of today, when amounts of the benefit rules move with prices too; so a projection needs only
    the ratio.

    >>> import pandas as pd
    >>> cases = pd.DataFrame({"insurance": ["employee", "resident"], "total_cost": [100.0, 100.0]})
    >>> amounts_at(cases, {"employee": 1.1})["total_cost"].round(2).tolist()
    [110.0, 100.0]
    """
    factor = np.ones(len(cases))
    kinds = cases[INSURANCE].to_numpy(dtype=object)
    for insurance, own in relative.items():
        factor[kinds == insurance] = own
    money = [
        name for name, column in case_columns().items() if column.kind == "money" and name in cases.columns
    ]
    return {name: cases[name].to_numpy(dtype=np.float64, na_value=np.nan) * factor for name in money}


ID, LEVEL, REGION = "hospital_id", "hospital_level", "care_region"
# where a stay really was: hospitals are drawn by these, so that a merger is no other sample
BEFORE = {ID: "hospital_id_before", LEVEL: "hospital_level_before"}


def changed_columns(cases: pd.DataFrame, changes: Sequence[HospitalChange]) -> dict[str, Any]:
    """`hospital_id` and `hospital_level` after the changes, and what they were.

    Raises SimulationError: no such hospital (with the nearest), cases that name none, a merger over regions.
    """
    missing = [name for name in (ID, LEVEL) if name not in cases.columns]
    if missing:
        raise SimulationError(
            "hospitals cannot change where cases do not name them", got=missing,
            do="give cases with hospital_id and hospital_level",
        )  # fmt: skip
    ids = cases[ID].astype("string").fillna("").to_numpy(dtype=object)
    level = cases[LEVEL].astype(object)
    words = level.map(_word).to_numpy(dtype=object)
    regions = cases[REGION].astype("string").fillna("").to_numpy(dtype=object)
    new_id, new_level = ids.copy(), level.to_numpy(dtype=object).copy()
    for change in changes:
        into = None if change.merged_into is None else _one(change.merged_into, ids, words, regions)
        where = None if into is None else _region(into, ids, regions)
        own = _one(change.hospital, ids, words, regions, region=where, but=into)
        rows = ids == own
        if into is None:
            new_level[rows] = _as(change.level, cases[LEVEL])
            continue
        if _region(own, ids, regions) != where:
            raise SimulationError(
                "hospitals of two regions cannot be one", got=f"{own} into {into}",
                do="name hospitals of one care region",
            )  # fmt: skip
        taken = np.flatnonzero(ids == into)
        new_id[rows] = into
        new_level[rows] = new_level[taken[0]]
    columns: dict[str, Any] = {BEFORE[ID]: cases[ID].array, BEFORE[LEVEL]: cases[LEVEL].array}
    columns[ID] = _like(new_id, cases[ID])
    columns[LEVEL] = _like(new_level, cases[LEVEL])
    return columns


def _one(
    name: str, ids: Any, levels: Any, regions: Any, *, region: str | None = None, but: str | None = None
) -> str:
    """The id of a hospital that is named, or the one with most stays of its level (in a region, if it has
    one there)."""
    if not name.startswith(LARGEST):
        known = sorted({str(each) for each in ids if each})
        if name not in known:
            raise SimulationError("no such hospital in the cases", got=name, nearest=known)
        return name
    of_level = (levels == name.removeprefix(LARGEST)) & (ids != "") & (ids != but)
    near = of_level & (regions == region)
    chosen = near if near.any() else of_level
    if not chosen.any():
        raise SimulationError("no hospital of this level in the cases", got=name.removeprefix(LARGEST))
    names, stays = np.unique(ids[chosen].astype(str), return_counts=True)
    return str(names[int(np.argmax(stays))])


def _region(hospital: str, ids: Any, regions: Any) -> str:
    names, stays = np.unique(regions[ids == hospital].astype(str), return_counts=True)
    return str(names[int(np.argmax(stays))])


def _word(level: Any) -> str:
    if level is None or level != level:
        return ""
    whole = int(level) if isinstance(level, float) and level.is_integer() else level
    return dimensions()["level"].label(str(whole))


def _as(level: str | None, column: pd.Series[Any]) -> Any:
    """The level as the column writes levels."""
    return int(str(level)) if column.dtype.kind in "iuf" or _numbers(column) else level


def _numbers(column: pd.Series[Any]) -> bool:
    known = column.dropna()
    return bool(len(known)) and isinstance(known.iloc[0], int | float | np.number)


def _like(values: Any, column: pd.Series[Any]) -> Any:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return pd.Series(values, dtype=object).where(pd.Series(values).notna(), None).array
    return pd.Series(values, dtype=object).replace("", None).astype(column.dtype).array
