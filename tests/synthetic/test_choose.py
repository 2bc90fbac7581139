"""Weighted choices: exact at the edges, right in proportion, never a choice without weight."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.synthetic.randomness import Choices, Pools, zipf

weights = st.lists(st.just(0.0) | st.floats(0.01, 100), min_size=1, max_size=6).filter(any)


@given(
    st.lists(weights, min_size=1, max_size=4),
    st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=20),
)
def test_pools_draw_inside_their_row_and_never_without_weight(rows, uniform):
    pools = Pools(rows)
    for number, row in enumerate(rows):
        drawn = pools.draw(np.array(uniform), np.full(len(uniform), number)) - pools.starts[number]
        assert all(0 <= choice < len(row) for choice in drawn)
        assert all(row[choice] > 0 for choice in drawn)


def test_a_number_that_rounds_up_to_the_next_row_draws_a_choice_with_weight():
    almost = np.array([1 - 2**-53])
    assert Pools([[1.0], [1.0], [1.0, 0.0]]).draw(almost, np.array([2])).tolist() == [2]
    assert Choices([[1.0, 0.0]] * 3).draw(almost, np.array([2])).tolist() == [0]


def test_an_empty_pool_gives_no_place():
    pools = Pools([[], [1.0]])
    assert pools.draw(np.array([0.5, 0.5]), np.array([0, 1])).tolist() == [-1, 0]


def test_choices_follow_their_weights():
    choices = Choices([[1, 0, 3], [0, 5, 0]])
    uniform = (np.arange(1000) + 0.5) / 1000
    first = np.bincount(choices.draw(uniform), minlength=3)
    assert first.tolist() == [250, 0, 750]
    assert set(choices.draw(uniform, np.ones(1000, dtype=np.int64))) == {1}


def test_zipf_falls_with_the_rank():
    assert zipf(3, 1.0) == pytest.approx([1, 1 / 2, 1 / 3])
