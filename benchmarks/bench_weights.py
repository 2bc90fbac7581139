"""Measuring weights: a million cases in about a second, and asking a policy for each of them.

Run with `pytest benchmarks/bench_weights.py`.
"""

import numpy as np
import pandas as pd
import pytest

from drgsim import Policy, Weights

CASES = 1_000_000
GROUPS = 700


@pytest.fixture(scope="module")
def cases():
    random = np.random.default_rng(20260101)
    labels = np.array([f"G{code:03d}" for code in range(GROUPS)])
    cost = np.round(random.lognormal(8.5, 0.8, CASES), 2)
    return pd.DataFrame(
        {
            "drg": labels[random.integers(0, GROUPS, CASES)],
            "total_cost": cost,
            "drug_cost": np.round(cost * 0.3, 2),
            "hospital_id": random.integers(0, 200, CASES).astype(str),
            "hospital_level": random.integers(1, 4, CASES),
        }
    )


@pytest.mark.parametrize("trim", ["none", "iqr", "log-3sd"])
def test_fit(benchmark, cases, trim):
    weights = benchmark.pedantic(Weights.fit, (cases,), {"trim": trim}, rounds=3)
    assert len(weights) == GROUPS


def test_case_mix_index(benchmark, cases):
    weights = Weights.fit(cases)
    assert len(benchmark.pedantic(weights.cmi, (cases,), rounds=3)) == 200


def test_one_answer_a_case(benchmark, cases):
    policy = Policy.load("national-drg-rate")
    keys = {"level": cases["hospital_level"].to_numpy()}
    found = benchmark.pedantic(policy.column, ("outlier.high.threshold", CASES), keys, rounds=3)
    assert set(np.unique(found)) == {2.0, 3.0}
