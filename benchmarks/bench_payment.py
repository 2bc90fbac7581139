"""How fast grouped cases are paid. Goals: 2 million cases a second through the whole street on one core,
at most 400 bytes a case over the input.

`pytest benchmarks/bench_payment.py`; DRGSIM_BENCH_CASES sets the number of cases (default 1,000,000).
"""

import os
import tracemalloc

import numpy as np
import pandas as pd
import pytest

from drgsim import Policy, Weights, pay
from drgsim.payment.pay import prepared

CASES = int(os.environ.get("DRGSIM_BENCH_CASES", "1000000"))
HOSPITALS = 200
POLICIES = ("national-drg-rate", "national-drg-points", "national-dip", "harbin")


def groups():
    codes = [
        f"{mdc}{kind}{serial}{last}"
        for mdc in "BCDEFGHIJK"
        for kind in "BCRS"
        for serial in "123456"
        for last in "135"
    ]
    rng = np.random.default_rng(0)
    weight = np.round(rng.lognormal(0, 0.6, len(codes)), 4)
    return pd.DataFrame({"drg": codes, "weight": weight, "mean_cost": weight * 8636})


def table(n, *, persons=False):
    rng = np.random.default_rng(1)
    known = groups()
    group, hospital = rng.integers(0, len(known), n), rng.integers(0, HOSPITALS, n)
    cost = np.round(known["weight"].to_numpy()[group] * 9_000 * rng.lognormal(-0.1, 0.5, n), 2)
    out = np.round(cost * rng.random(n) * 0.1, 2)
    columns = {
        "case_id": [f"C{number:08d}" for number in range(n)],
        "drg": pd.Categorical.from_codes(group, known["drg"]),  # as a grouper returns them
        "status": pd.Categorical(["grouped"]).repeat(n),
        "hospital_id": np.array([f"H{number:03d}" for number in range(HOSPITALS)])[hospital],
        "hospital_level": hospital % 3 + 1,
        "insurance": np.where(rng.random(n) < 0.4, "employee", "resident"),
        "retired": rng.random(n) < 0.3,
        "age": rng.integers(0, 90, n),
        "los": rng.integers(1, 64, n),
        "discharge": 1,
        "discharge_date": np.datetime64("2024-01-01") + rng.integers(0, 366, n).astype("timedelta64[D]"),
        "total_cost": cost,
        "out_of_scope": out,
        "over_limit": 0.0,
        "prepaid_share": np.round(out / 2, 2),
        "insured_region": np.where(rng.random(n) < 0.9, "330100", "330200"),
        "care_region": "330100",
        "registration": np.where(rng.random(n) < 0.5, "referral", "unregistered"),
    }
    if persons:
        columns["patient_id"] = [f"P{number:07d}" for number in rng.integers(0, int(n * 0.7), n)]
    return pd.DataFrame(columns)


@pytest.fixture(scope="module")
def cases():
    return table(CASES)


def weights_for(policy):
    table = groups()
    if policy.method == "dip":
        table["weight"] *= 1_000  # scores
    return Weights.from_table(table)


@pytest.mark.parametrize("name", POLICIES)
def test_from_a_table(benchmark, cases, name):
    policy = Policy.load(name)
    benchmark.extra_info["cases"] = CASES
    benchmark.pedantic(pay, (cases, policy), {"weights": weights_for(policy)}, rounds=5, warmup_rounds=1)


@pytest.mark.parametrize("name", POLICIES)
def test_prepared_once_paid_by_many_policies(benchmark, cases, name):
    policy = Policy.load(name)
    ready = prepared(cases, policy)
    benchmark.extra_info["cases"] = CASES
    benchmark.pedantic(pay, (ready, policy), {"weights": weights_for(policy)}, rounds=5, warmup_rounds=1)


def test_with_the_years_of_persons(benchmark):
    policy = Policy.load("national-drg-rate")
    ready = prepared(table(CASES, persons=True), policy)
    benchmark.extra_info["cases"] = CASES
    benchmark.pedantic(pay, (ready, policy), {"weights": weights_for(policy)}, rounds=3, warmup_rounds=1)


def test_memory_over_the_input(benchmark, cases):
    policy = Policy.load("national-drg-rate")

    weights = weights_for(policy)

    def peak():
        tracemalloc.start()
        pay(cases, policy, weights=weights)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most / CASES

    benchmark.extra_info["bytes_a_case"] = benchmark.pedantic(peak, rounds=1)
