"""Scenarios over 100,000 stays: what a reform costs once the cases are read, and what years ahead add.

`pytest benchmarks/bench_simulate.py` prints the times; `extra_info` holds the ratio to paying the cases once.
`python benchmarks/bench_simulate.py [options of drgsim demo]` runs the demo and prints when its lines
came, and the seconds and processor seconds of the whole.
"""

import resource
import subprocess
import sys
import tempfile
import time

import pytest

import drgsim
from drgsim.payment.pay import pay
from drgsim.simulation.comparison.comparison import Comparison
from drgsim.simulation.simulate import simulate
from drgsim.simulation.world.world import World

CASES = 100_000
SCENARIOS = ["baseline-drg", "special-review-ceiling", "high-outlier-excess-cap"]


@pytest.fixture(scope="module")
def cases():
    return drgsim.synthetic_cases(n=CASES, year=2025, seed=1)


@pytest.fixture(scope="module")
def once(cases):
    """Seconds of paying the cases once, columns read already."""
    baseline = drgsim.Scenario.load("baseline-drg")
    world = World(cases, baseline)
    stays, rules = world.stays("chs-drg-2.0"), world.rules(baseline)
    weights = world.groupings.weights("fit", "chs-drg-2.0")
    pay(stays, rules.policies, weights=weights)
    start = time.perf_counter()
    pay(stays, rules.policies, weights=weights)
    return time.perf_counter() - start


def run(benchmark, work, once):
    found = benchmark.pedantic(work, rounds=3)
    benchmark.extra_info["cases"] = CASES
    benchmark.extra_info["times_paying_once"] = round(benchmark.stats.stats.min / once, 1)
    return found


def test_three_scenarios(benchmark, cases, once):
    found = run(benchmark, lambda: simulate(cases, SCENARIOS, explain=False), once)
    assert isinstance(found, Comparison)


def test_three_scenarios_and_five_years(benchmark, cases, once):
    found = run(benchmark, lambda: simulate(cases, SCENARIOS, years=5, explain=False), once)
    assert len(found.projection()["year"].unique()) == 6


def test_three_scenarios_five_years_and_bands(benchmark, cases, once):
    found = run(
        benchmark, lambda: simulate(cases, SCENARIOS, years=5, draws=1_000, seed=1, explain=False), once
    )
    assert len(found.bands())


def test_a_waterfall_of_two_steps_averaged_over_orders(benchmark, cases, once):
    def work():
        return simulate(cases, SCENARIOS[:2], explain=False).attribution(method="shapley")

    assert len(run(benchmark, work, once)) == 4


def demo(options):
    """Run the demo as its user would; print its lines with the seconds since it was called."""
    from apart import warm  # beside this file, which pytest reads too

    surroundings = warm()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "drgsim", "demo", "--out", f"{folder}/demo", *options]
        pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL}
        with subprocess.Popen(command, **pipes, text=True, env=surroundings) as run:
            for number, line in enumerate(run.stderr):
                seconds = time.perf_counter() - start
                print(f"{seconds:7.2f} s  {'first line: ' if not number else ''}{line.rstrip()}", flush=True)
        whole = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{whole:7.2f} s  whole demo, exit code {run.returncode}")
    print(f"{used.ru_utime + used.ru_stime:7.2f} s  of processors; {used.ru_maxrss >> 10:,} MB the largest")
    return run.returncode


if __name__ == "__main__":
    sys.exit(demo(sys.argv[1:]))
