"""Cases whose costs have moved against the prices they are paid at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..cases.columns import case_columns

if TYPE_CHECKING:
    import pandas as pd

INSURANCE = "insurance"


def at_relative_cost(cases: pd.DataFrame, relative: Mapping[str, float]) -> pd.DataFrame:
    """The cases with every amount of money times its insurance's factor; others keep theirs.

    Paying costs `c` times as high at prices `p` times as high comes to `p` times paying costs `c / p` at
    the prices of today, when amounts of the benefit rules move with prices too; so a projection needs only
    the ratio.

    >>> import pandas as pd
    >>> cases = pd.DataFrame({"insurance": ["employee", "resident"], "total_cost": [100.0, 100.0]})
    >>> at_relative_cost(cases, {"employee": 1.1})["total_cost"].round(2).tolist()
    [110.0, 100.0]
    """
    if all(factor == 1 for factor in relative.values()):
        return cases
    factor = np.ones(len(cases))
    kinds = cases[INSURANCE].to_numpy(dtype=object)
    for insurance, own in relative.items():
        factor[kinds == insurance] = own
    money = [
        name for name, column in case_columns().items() if column.kind == "money" and name in cases.columns
    ]
    scaled = {name: cases[name].to_numpy(dtype=np.float64, na_value=np.nan) * factor for name in money}
    return cases.assign(**scaled)
