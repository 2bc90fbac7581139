"""How costs lie against their payment standard: a distribution, so that no stay can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from ...payment.faces.payments import Payments

WIDTH, LAST = 0.1, 5.0  # of a bin, and where the last, open one begins


def cost_to_standard(payments: Payments) -> pd.DataFrame:
    """low, high (cost ÷ standard, low inclusive; the last bin is open), cases: stays priced in the scheme."""
    import pandas as pd

    found = payments.findings
    inside = (found.route == 0) & (found.problem == 0) & (found.standard > 0)
    ratio = found.cost[inside] / found.standard[inside]
    edges = np.round(np.arange(0.0, LAST + WIDTH / 2, WIDTH), 10)
    place = np.searchsorted(edges, ratio, side="right") - 1
    cases = np.bincount(np.maximum(place, 0), minlength=len(edges))
    return pd.DataFrame({"low": edges, "high": [*edges[1:], np.inf], "cases": cases})
