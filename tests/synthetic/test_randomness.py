"""The same numbers on every machine, and no two streams alike."""

import numpy as np
import pytest

from drgsim.synthetic.randomness import BLOCK, Streams, between, normal_mean

# read once; NumPy keeps the raw words of a bit generator stable
FIRST_THREE = [0.4214753423807639, 0.7041100495279256, 0.6114280332085169]


def test_streams_are_fixed_numbers():
    assert Streams(1, 2).uniform("age", 3).tolist() == FIRST_THREE


def test_name_block_and_seed_each_make_another_stream():
    drawn = [
        Streams(seed, block).uniform(name, 4) for seed in (1, 2) for block in (0, 1) for name in ("a", "b")
    ]
    assert len({tuple(numbers) for numbers in drawn}) == len(drawn)


def test_normal_scores_are_standard_and_cut():
    scores = Streams(3, 0).normal("cost", 20 * BLOCK)
    assert scores.mean() == pytest.approx(0, abs=0.01)
    assert scores.std() == pytest.approx(1, abs=0.01)
    assert np.abs(scores).max() <= 4.6


def test_between_goes_through_the_table():
    table = np.array([0.0, 10.0, 40.0])
    assert between(table, np.array([0.0, 0.25, 0.5, 0.75])).tolist() == [0.0, 5.0, 10.0, 25.0]


def test_the_mean_over_normal_scores():
    grid = np.linspace(-5, 5, 2049)
    assert normal_mean(grid**2, -5, 5) == pytest.approx(1, abs=0.001)
