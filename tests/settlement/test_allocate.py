"""Shares of an exact sum add up to it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.settlement.fund_cash import allocate
from drgsim.settlement.settlement_errors import SettlementError


@given(
    st.integers(-(10**14), 10**14),
    st.lists(st.floats(0, 1e9, allow_subnormal=False), min_size=1, max_size=50).filter(
        lambda w: sum(w) > 1e-6
    ),
)
def test_parts_sum_to_the_total_and_stay_within_a_fen_of_their_share(total, weights):
    weights = np.array(weights)
    parts = allocate(total, weights)
    assert int(parts.sum()) == total
    exact = weights / weights.sum() * total
    assert (np.abs(parts - exact) <= 1 + np.abs(exact) * 1e-9).all()


def test_ties_go_to_the_earlier_part():
    assert allocate(5, np.array([1, 1])).tolist() == [3, 2]
    assert allocate(-5, np.array([1, 1])).tolist() == [-3, -2]


def test_nothing_to_share_needs_no_shares():
    assert allocate(0, np.array([0.0, 0.0])).tolist() == [0, 0]
    assert allocate(0, np.array([])).tolist() == []


@pytest.mark.parametrize("weights", [[], [0.0], [-1.0, 2.0]])
def test_money_without_takers_is_an_error(weights):
    with pytest.raises(SettlementError):
        allocate(7, np.array(weights))
