"""The expected output of a shipped scenario: what a change of code must not move unseen.

`python -m tools.expected_scenarios` writes the tables beside the scenarios; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..comparison.comparison import Comparison
from ..world.outcome import MEASURES

BASELINE = "baseline-drg"
# a small year of the invented province, the same on every machine
CASES, YEAR, SEED = 8_000, 2025, 20_260_101


def simulated(*ids: str) -> Comparison:
    """The shipped scenarios beside their baseline, on the small year."""
    from ...synthetic.generate import synthetic_cases
    from ..simulate import simulate

    return simulate(synthetic_cases("province", n=CASES, year=YEAR, seed=SEED), [BASELINE, *ids])


def expected_table(results: Comparison, id: str) -> pd.DataFrame:
    """table, key, measure, value: totals, bars and sums by region and level in whole fen (cases counted)."""
    return pd.DataFrame(_rows(results, id), columns=["table", "key", "measure", "value"])


def _rows(results: Comparison, id: str) -> Iterator[tuple[str, str, str, int]]:
    outcome = results.outcomes[id]
    for measure, value in outcome.total.items():
        yield "total", "", measure, value
    for bar in results.attribution(id).to_dict("records"):
        yield "bar", f"{bar['lever']}/{bar['kind']}", "fund", round(float(bar["value"]) * 100)
    for by in ("region", "level", "insurance", "outlier", "review"):
        for row in outcome.sums([by]).to_dict("records"):
            for measure in MEASURES:
                yield by, str(row[by]), measure, int(row[measure])
