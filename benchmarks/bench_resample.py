"""The sampling band of a million cases of 200 hospitals: summing them, and 1,000 draws.

Run with `pytest benchmarks/bench_resample.py`. Sums and draws together are to stay under 10 s on one core.
"""

import numpy as np
import pytest

from drgsim.simulation.uncertainty.sampling import resample
from drgsim.simulation.world.sums import sums

CASES, HOSPITALS, REGIONS = 1_000_000, 200, 21
DRAWS = 1_000
MEASURES = (
    "cases", "total_cost", "payment", "fund_by_item", "fund", "patient", "other_payers", "borne_by_hospital",
)  # fmt: skip


@pytest.fixture(scope="module")
def stays():
    """Keys and measures as columns, as a ledger has them; a tenth of the stays are insured elsewhere."""
    random = np.random.default_rng(20260101)
    own = random.integers(0, HOSPITALS, CASES)
    region, level = own % REGIONS, own // REGIONS % 3
    insured = np.where(random.random(CASES) < 0.9, region, random.integers(0, REGIONS, CASES))
    names = {
        "care_region": [f"r{n:02d}" for n in range(REGIONS)],
        "hospital_level": [1, 2, 3],
        "hospital_id": [f"h{n:03d}" for n in range(HOSPITALS)],
        "insured_region": [f"r{n:02d}" for n in range(REGIONS)],
        "insurance": ["employee", "resident"],
    }
    codes = (region, level, own, insured, random.integers(0, 2, CASES))
    keys = {name: (column, names[name]) for name, column in zip(names, codes, strict=True)}
    measures = {name: random.integers(0, 2_000_000, CASES) for name in MEASURES}
    return keys, measures | {"cases": np.ones(CASES, np.int64)}


def drawn(table):
    return resample(
        {"today": table}, outputs=["insured_region", "insurance"], measures=MEASURES, draws=DRAWS, seed=1
    )


def test_sum_a_million_cases(benchmark, stays):
    table = benchmark.pedantic(sums, stays, rounds=3, warmup_rounds=1)
    assert table["cases"].sum() == CASES


def test_draws_from_sums(benchmark, stays):
    found = benchmark.pedantic(drawn, (sums(*stays),), rounds=3, warmup_rounds=1)
    assert (found.draws["today"][:, :, 0].sum(axis=1) == CASES).all()


def test_sum_and_draw(benchmark, stays):
    found = benchmark.pedantic(lambda: drawn(sums(*stays)), rounds=3)
    assert len(found.strata) == REGIONS * 3
