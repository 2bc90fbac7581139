"""What the costs and days of a group are held against: the region's means, a weight table's, the file's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..cases.beside import table_beside
from ..errors import ColumnError

if TYPE_CHECKING:
    from ..payment.faces.payments import Payments

_NAMES = {
    "group": ("group", "drg", "病组", "病组编码", "DRG编码", "DRG组", "drg_code"),
    "mean_cost": ("mean_cost", "例均费用", "均费", "次均费用", "区域均费"),
    "mean_days": ("mean_days", "平均住院日", "平均住院天数", "均天", "区域平均住院日"),
}


@dataclass(frozen=True)
class Reference:
    """Mean cost (yuan) and days by group, and in Chinese whose they are."""

    cost: pd.Series
    days: pd.Series
    cost_of: str
    days_of: str


def read_reference(given: Any) -> pd.DataFrame | None:
    """A table of the region's means by group: group, and mean_cost or mean_days, Chinese headers too.

    Raises ColumnError without the group or without both means.
    """
    if given is None:
        return None
    table = given if isinstance(given, pd.DataFrame) else table_beside(given)
    found = {
        name: next((column for column in table.columns if str(column).strip() in spelt), None)
        for name, spelt in _NAMES.items()
    }
    if found["group"] is None or (found["mean_cost"] is None and found["mean_days"] is None):
        raise ColumnError(
            "not a table of reference means",
            got=[str(column) for column in table.columns],
            allowed="group with mean_cost or mean_days (病组, 例均费用, 平均住院日)",
        )
    named = {column: name for name, column in found.items() if column is not None}
    result = table.rename(columns=named)[list(named.values())]
    for name in set(named.values()) - {"group"}:
        result = result.assign(**{name: pd.to_numeric(result[name], errors="coerce")})
    return result.assign(group=result["group"].astype(str).str.strip()).drop_duplicates("group")


def reference_of(whole: pd.DataFrame, payments: Payments, given: pd.DataFrame | None) -> Reference:
    """The best means at hand: those given, those of the weight table, those of the file's own stays.

    `whole` are the grouped cases of the file, all months of it.
    """
    column = "drg" if "drg" in whole.columns else "dip_code"
    own = pd.DataFrame({
        name: pd.to_numeric(whole[name], errors="coerce").astype("Float64").astype(np.float64)
        if name in whole.columns else np.nan
        for name in ("total_cost", "los")
    }, index=whole.index).groupby(whole[column].astype(object)).mean()  # fmt: skip
    cost, cost_of = own["total_cost"], "本文件各病组均值"
    days, days_of = own["los"], "本文件各病组均值"
    weights = payments.walks[0].place.weights if payments.walks else None
    table = None if weights is None else getattr(weights, "frame", None)
    if table is not None and "mean_cost" in table.columns and table["mean_cost"].notna().any():
        cost, cost_of = table["mean_cost"].astype(np.float64), "权重表所载例均费用"
    if given is not None:
        listed = given.set_index("group")
        if "mean_cost" in listed:
            cost, cost_of = listed["mean_cost"], "所给参照表"
        if "mean_days" in listed:
            days, days_of = listed["mean_days"], "所给参照表"
    return Reference(cost, days, cost_of, days_of)
