"""Fen and rounding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.cases.fen import round_half, to_fen, to_yuan


@given(st.integers(-(10**11), 10**11))
def test_fen_survive_the_way_through_yuan(fen):
    assert to_fen(to_yuan(np.array([fen])))[0] == fen


@pytest.mark.parametrize(
    ("yuan", "fen"), [(0.145, 15), (1.005, 101), (2.675, 268), (-0.145, -15), (0.1449, 14)]
)
def test_a_decimal_tie_goes_away_from_zero_though_binary_is_below_it(yuan, fen):
    assert to_fen(np.array([yuan]))[0] == fen


@pytest.mark.parametrize(("yuan", "fen"), [(0.145, 14), (0.155, 16), (0.1451, 15), (-0.145, -14)])
def test_half_even(yuan, fen):
    assert to_fen(np.array([yuan]), mode="half_even")[0] == fen


def test_fewer_decimals_round_to_whole_jiao_and_yuan():
    assert to_fen(np.array([12.345, 12.35]), digits=1).tolist() == [1230, 1240]
    assert to_fen(np.array([12.5]), digits=0).tolist() == [1300]


@given(st.lists(st.floats(-1e9, 1e9), min_size=1))
def test_rounding_moves_by_at_most_a_half(values):
    array = np.array(values)
    for mode in ("half_up", "half_even"):
        assert (np.abs(round_half(array, mode) - array) <= 0.5 + 1e-5).all()
