"""Which groups the cases leave and which they enter when the scheme changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..world.sums import sums

if TYPE_CHECKING:
    import pandas as pd

    from ...payment.engine.stays import Stays


def migration(before: Stays, after: Stays) -> pd.DataFrame:
    """before, after (groups, "" for none), cases: the largest flows first, equal ones by name.

    Both hold the same stays in the same order.
    """
    groups = {
        "before": (before.groups().codes, np.array(before.groups().names, dtype=object)),
        "after": (after.groups().codes, np.array(after.groups().names, dtype=object)),
    }
    table = sums(groups, {"cases": np.ones(len(before), np.int64)})
    return table.sort_values("cases", ascending=False, kind="stable", ignore_index=True)
