"""A record of very many procedures or diagnoses costs in proportion to its length, by kernel and by twin."""

import time

import pandas as pd
import pytest

from drgsim import DipGrouper

PROCEDURES = {
    "one code": ["51.2300"],
    "several": ["51.2300", "54.5100x005", "38.9300x001", "81.5100"],
    "none is known": [f"U{number}" for number in range(5000)],
}


@pytest.fixture(scope="module")
def grouper():
    return DipGrouper("example", threads=1)


def seconds(grouper, codes, length):
    """CPU time of one case; a ratio of two of them says how cost grows, whatever the machine does else."""
    record = "|".join(codes[number % len(codes)] for number in range(length))
    case = pd.DataFrame({"diagnoses": ["K80.100"], "procedures": [record]})
    start = time.process_time()
    found = grouper.group(case)
    assert found["status"].tolist() == ["grouped"]
    return time.process_time() - start


@pytest.mark.parametrize("name", PROCEDURES)
def test_cost_grows_with_the_length_and_no_faster(grouper, name):
    codes = PROCEDURES[name]
    seconds(grouper, codes, 1000)
    short = min(seconds(grouper, codes, 20_000) for _ in range(2))
    # eight times the length: 8 where cost is linear, 64 where it is quadratic
    assert seconds(grouper, codes, 160_000) < 24 * short + 0.5
