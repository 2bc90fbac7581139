"""A fund over thirty years: one scenario, five with a thousand draws, a goal, a tornado.

`pytest benchmarks/bench_fund.py` prints the times; `extra_info` holds the ratio to one scenario's point
values and the memory the draws add.
"""

import resource
import time

import pytest

import drgsim
from drgsim.fund.goal import seek
from drgsim.fund.sensitivity import sensitivity

SCENARIOS = ["premium-20", "employer-rate-half-point", "no-retirement-reform", "province-pools-5"]


@pytest.fixture(scope="module")
def fund():
    return drgsim.Fund.national()


@pytest.fixture(scope="module")
def once(fund):
    """Seconds of one scenario's thirty years."""
    drgsim.value(fund, years=2)
    start = time.perf_counter()
    drgsim.value(fund, years=30)
    return time.perf_counter() - start


def run(benchmark, work, once, rounds=3):
    found = benchmark.pedantic(work, rounds=rounds)
    benchmark.extra_info["times_of_one_scenario"] = round(benchmark.stats.stats.min / once, 1)
    return found


def test_one_scenario_thirty_years(benchmark, fund, once):
    run(benchmark, lambda: drgsim.value(fund, years=30), once)


def test_five_scenarios_a_thousand_draws(benchmark, fund, once):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run(benchmark, lambda: drgsim.value(fund, SCENARIOS, years=30, draws=1000, seed=1), once)
    benchmark.extra_info["more_memory_mb"] = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    ) // 1024


@pytest.mark.parametrize(
    ("lever", "goal"),
    [
        ("resident_premium", "reserve_months.resident >= 6 until 2045"),
        ("retirement_age", "balance.employee >= 0 until 2055"),
        ("employer_rate", "reserve_months.employee >= 600 until 2055"),
    ],
)
def test_a_goal(benchmark, fund, once, lever, goal):
    run(benchmark, lambda: seek(fund, lever, goal), once, rounds=1)


def test_a_tornado(benchmark, fund, once):
    run(benchmark, lambda: sensitivity(fund, "reserve_months.employee"), once, rounds=1)
