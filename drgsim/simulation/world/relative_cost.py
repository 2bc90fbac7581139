"""Cases whose costs have moved against the prices they are paid at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...cases.columns import case_columns

if TYPE_CHECKING:
    import pandas as pd

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
