"""Sums spread over stays keep the sum of each cell."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from drgsim.simulation.world.outcome import spread

cells = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-5, 10**12)),  # cell, weight
    min_size=1,
    max_size=40,
)


@given(cells, st.lists(st.integers(-(10**13), 10**13), min_size=4, max_size=4))
def test_the_parts_of_each_cell_sum_to_it(stays, totals):
    cell = np.array([c for c, _ in stays])
    weights = np.array([w for _, w in stays])
    there = np.isin(np.arange(4), cell)
    asked = np.where(there, totals, 0).astype(np.int64)
    parts = spread(asked, cell, weights)
    assert [int(parts[cell == c].sum()) for c in range(4)] == asked.tolist()


@given(cells)
def test_parts_are_within_a_fen_of_their_share(stays):
    cell = np.zeros(len(stays), np.int64)
    weights = np.array([abs(w) % 1000 + 1 for _, w in stays])
    parts = spread(np.array([100_003]), cell, weights)
    assert np.all(np.abs(parts - 100_003 * weights / weights.sum()) < 1 + 1e-6)
    assert np.all(parts >= 0)


def test_a_stay_without_weight_gets_nothing_while_others_have_some():
    assert spread(np.array([10]), np.array([0, 0]), np.array([0, 3])).tolist() == [0, 10]
