"""Synthetic cases: what a first call costs, and what each case costs after it.

Goal: one million complete cases in under 15 s on one core.

    pytest benchmarks/bench_synthetic.py
"""

import pytest

from drgsim.grouping import DrgGrouper
from drgsim.synthetic.generate import make_block, synthetic_cases
from drgsim.synthetic.randomness import BLOCK
from drgsim.synthetic.region import SyntheticRegion
from drgsim.synthetic.satisfy import case_pools
from drgsim.synthetic.world import build_world, grouper_of

N = 16 * BLOCK


@pytest.fixture(scope="module")
def world():
    return build_world(SyntheticRegion.load("province"), 2025, grouper_of("chs-drg-2.0"))


def test_prove_the_pools_of_a_scheme(benchmark):
    grouper = DrgGrouper("chs-drg-2.0")
    benchmark.pedantic(case_pools, args=(grouper,), rounds=3)


def test_make_a_block(benchmark, world):
    benchmark.extra_info["cases"] = BLOCK
    benchmark.pedantic(make_block, args=(world, 1, 0), rounds=20)


def test_make_a_table(benchmark, world):
    benchmark.extra_info["cases"] = N
    table = benchmark.pedantic(synthetic_cases, args=(world.region,), kwargs={"n": N}, rounds=3)
    assert len(table) == N
