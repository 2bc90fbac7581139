"""Surplus and overrun are shared slice by slice, without a jump at the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim import Policy
from drgsim.settlement.clearing import due_after_sharing

RULE = Policy.load("national-drg-points").reform(
    {
        "settlement.surplus_retained": [[0.85, 0.0], [None, 1.0]],
        "settlement.overrun_shared": [[1.15, 0.7], [None, 0.0]],
    }
)


@pytest.mark.parametrize(
    ("booked", "due"),
    [
        (50_00, 65_00),
        (85_00, 100_00),
        (99_99, 100_00),
        (100_00, 100_00),
        (110_00, 107_00),
        (115_00, 110_50),
        (200_00, 110_50),
    ],
)
def test_a_hospital_entitled_to_a_hundred_yuan(booked, due):
    assert due_after_sharing(np.array([booked]), np.array([100_00]), RULE).tolist() == [due]


def test_nothing_is_shared_without_a_positive_entitlement():
    assert due_after_sharing(np.array([500, 500]), np.array([0, -300]), RULE).tolist() == [0, -300]


@given(st.integers(1, 10**12), st.integers(0, 2 * 10**12))
def test_more_booked_is_never_less_due(entitlement, booked):
    due = due_after_sharing(np.array([booked, booked + 100]), np.array([entitlement, entitlement]), RULE)
    assert due[1] >= due[0] - 1
