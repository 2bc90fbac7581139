"""Difference coefficients: how much dearer a hospital, or a level, is than all together, case mix aside."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import ArgumentError
from .fit import sorted_codes, usable_cases


def difference_coefficients(
    cases: pd.DataFrame,
    *,
    by: str = "hospital_level",
    group: str = "drg",
    cost: str = "total_cost",
    per_group: bool = True,
    min_cases: int = 1,
    bounds: tuple[float | None, float | None] = (None, None),
) -> pd.DataFrame:
    """Coefficients of each value of the column `by`.

    With `per_group`, k = mean cost of `by` in the group ÷ mean cost of all in the group, one row a group
    and one column a value of `by`; 1 where there are fewer than `min_cases` (payment rules §2.3).
    Without it, one row a value of `by`: `cases`, `coefficient` = cost ÷ cost at the group means, which is
    free of case mix, and `cmi`.

    Coefficients are cut to `bounds` (lowest, highest; None = open). Cases without a value of `by`, a group
    or a cost above 0 are left out. Raises ColumnError when a column is missing.

    >>> import pandas as pd
    >>> cases = pd.DataFrame({"drg": ["A", "A"], "hospital_level": [2, 3], "total_cost": [80.0, 120.0]})
    >>> difference_coefficients(cases).loc["A"].tolist()
    [0.8, 1.2]
    """
    if by not in cases.columns:
        raise ArgumentError("no such column", got=by, nearest=cases.columns)
    cases = cases[cases[by].notna()]
    usable = usable_cases(cases, group, cost, None)
    kind, kinds = sorted_codes(cases[by].iloc[usable.rows])
    cost_yuan = usable.cost / 100
    size = len(usable.labels), len(kinds)
    cell = usable.group * size[1] + kind
    number = np.bincount(cell, minlength=size[0] * size[1]).reshape(size)
    total = (np.bincount(cell, usable.cost, size[0] * size[1]) / 100).reshape(size)
    mean = total.sum(axis=1) / number.sum(axis=1)
    if per_group:
        with np.errstate(invalid="ignore"):
            ratio = total / number / mean[:, None]
        table = np.where(number >= max(min_cases, 1), np.clip(ratio, *_open(bounds)), 1.0)
        return pd.DataFrame(table, index=pd.Index(usable.labels, name=group), columns=kinds)
    expected = (number * mean[:, None]).sum(axis=0)
    cases_by = number.sum(axis=0)
    columns = {
        "cases": cases_by,
        "coefficient": np.clip(total.sum(axis=0) / expected, *_open(bounds)),
        "cmi": expected / cases_by / (cost_yuan.sum() / len(cost_yuan)),
    }
    return pd.DataFrame(columns, index=pd.Index(kinds, name=by))


def _open(bounds: tuple[float | None, float | None]) -> tuple[float, float]:
    low, high = bounds
    return (-np.inf if low is None else low, np.inf if high is None else high)
