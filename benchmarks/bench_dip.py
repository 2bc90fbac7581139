"""Grouping cases by a DIP catalogue of 12,000 types, and learning one.

Goals on one core: 1.5 million encoded cases a second (667 ns each) under every rule set, answers written.
The catalogue and the cases are made up from real codes (`dip_data`): few types under most diagnoses,
dozens under the common ones. `extra_info` holds nanoseconds and million cases a second of the best round.
"""

import pandas as pd
import pytest
from dip_data import cases, catalogue

import drgsim
from drgsim.dip import DipCatalogueBuilder, DipGrouper, RuleSet

CASES = 200_000
CITIES = tuple(name for name in RuleSet.published() if not name.startswith("national"))


@pytest.fixture(scope="module")
def made():
    return catalogue()


@pytest.fixture(scope="module")
def table(made):
    return cases(CASES, made)


def note(benchmark, n):
    best = benchmark.stats.stats.min
    benchmark.extra_info["ns_per_case"] = round(best / n * 1e9, 1)
    benchmark.extra_info["million_cases_a_second"] = round(n / best / 1e6, 2)


@pytest.mark.parametrize("rules", CITIES)
@pytest.mark.filterwarnings("ignore:the rule set")
def test_encoded_cases(benchmark, made, table, rules):
    grouper = DipGrouper(made, rules=rules, threads=1)
    encoded = grouper.encode(table)
    answers = benchmark(grouper.match, encoded)
    assert (answers.key >= 0).mean() > 0.9
    note(benchmark, CASES)
    benchmark.extra_info["candidates_per_case"] = round(float(answers.candidates.mean()), 2)


def test_frame_to_frame(benchmark, made, table):
    grouper = DipGrouper(made, threads=1)
    grouper.group(table.head(10))
    assert len(benchmark(grouper.group, table)) == CASES
    note(benchmark, CASES)


def test_frame_to_prices(benchmark, made, table):
    """The same without words: what a caller asks for that only prices."""
    grouper = DipGrouper(made, threads=1)
    grouper.group(table.head(10))
    priced = ("dip_code", "score", "auxiliary_factor")
    assert len(benchmark(lambda: grouper.group(table, columns=priced))) == CASES
    note(benchmark, CASES)


def test_encoded_cases_on_the_national_library(benchmark):
    """5,125 types, early groups under every diagnosis, on a synthetic region."""
    grouper = DipGrouper("dip-national-3.0", threads=1)
    encoded = grouper.encode(drgsim.synthetic_cases(n=CASES, year=2025, seed=1))
    answers = benchmark(grouper.match, encoded)
    assert (answers.key >= 0).mean() > 0.99
    note(benchmark, CASES)


@pytest.mark.parametrize("procedures", [10_000, 100_000])
def test_one_case_of_many_procedures(benchmark, procedures):
    """Linear: the second takes ten times the first."""
    grouper = DipGrouper("example", threads=1)
    record = "|".join(f"unknown-{number}" for number in range(procedures)) + "|51.2300"
    case = pd.DataFrame({"diagnoses": ["K80.100"], "procedures": [record]})
    encoded = grouper.encode(case)
    benchmark.pedantic(grouper.match, (encoded,), rounds=2)
    note(benchmark, procedures)


def test_preparing_a_catalogue(benchmark, made):
    benchmark(lambda: DipGrouper(made, threads=1).compiled)


def test_learning_a_catalogue(benchmark, table):
    """All of a fit: core and composite types, their means in rounds, auxiliary classes tried."""
    part = table.head(50_000)
    builder = benchmark.pedantic(lambda: DipCatalogueBuilder().fit(part), rounds=2)
    assert builder.report_.summary()["cases"] == len(part)
    note(benchmark, len(part))
