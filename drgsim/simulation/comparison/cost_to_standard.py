"""How costs lie against their payment standard: a distribution, so that no stay can be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from ...payment.faces.payments import Payments

WIDTH, LAST = 0.1, 5.0  # of a bin, and where the last, open one begins


def cost_to_standard(paid: Mapping[str, Payments]) -> pd.DataFrame:
    """scenario, low, high (cost ÷ standard, low inclusive; the last bin is open), cases: stays priced in the
    scheme."""
    edges = np.round(np.arange(0.0, LAST + WIDTH / 2, WIDTH), 10)
    tables = []
    for scenario, payments in paid.items():
        found = payments.findings
        inside = (found.route == 0) & (found.problem == 0) & (found.standard > 0)
        place = np.searchsorted(edges, found.cost[inside] / found.standard[inside], side="right") - 1
        cases = np.bincount(np.maximum(place, 0), minlength=len(edges))
        bins = {"scenario": scenario, "low": edges, "high": [*edges[1:], np.inf], "cases": cases}
        tables.append(pd.DataFrame(bins))
    return pd.concat(tables, ignore_index=True)
