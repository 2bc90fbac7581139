"""Tables of sums by hospital, invented, for the tests of draws and bands."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from drgsim.simulation.world.sums import key, sums

KEYS = ("care_region", "hospital_level", "hospital_id", "insurance")
MEASURES = ("cases", "fund", "patient")


def table(rows) -> pd.DataFrame:
    """From rows (region, level, hospital, insurance, cases, fund, patient)."""
    columns = list(zip(*rows, strict=True)) or [()] * 7
    keys = {name: key(list(column)) for name, column in zip(KEYS, columns, strict=False)}
    return sums(
        keys, {name: np.array(column, np.int64) for name, column in zip(MEASURES, columns[4:], strict=True)}
    )


_ROWS = st.tuples(
    st.sampled_from("abc"),
    st.integers(1, 3),
    st.sampled_from(["h1", "h2", "h3", "h4", "h10"]),
    st.sampled_from(["employee", "resident"]),
    st.integers(0, 300),
    st.integers(-(10**9), 10**12),
    st.integers(0, 10**9),
)
ROWS = st.lists(_ROWS, max_size=40)


def province(hospitals: int = 40, seed: int = 0) -> pd.DataFrame:
    """Two regions, two levels, hospitals of different size and cost."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(hospitals):
        cases = int(random.integers(50, 500))
        cost = int(random.normal(800_000, 150_000))
        for insurance, share in (("employee", 0.4), ("resident", 0.6)):
            stays = round(cases * share)
            fund = round(stays * cost * 0.7)
            rows.append(
                ("ab"[number % 2], 2 + number // 2 % 2, f"h{number}", insurance, stays, fund, fund // 3)
            )
    return table(rows)
