"""Surplus and overrun are shared slice by slice, without a jump at the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.settlement.errors import SettlementError
from drgsim.settlement.sharing import Sharing

RULE = Sharing(
    uppers=np.array([0.85, 1.0, 1.15, np.inf]),
    retained=np.array([0.0, 1.0, 0.0, 0.0]),
    shared=np.array([0.0, 0.0, 0.7, 0.0]),
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
    assert RULE.due(np.array([booked]), np.array([100_00])).tolist() == [due]


def test_nothing_is_shared_without_a_positive_entitlement():
    assert RULE.due(np.array([500, 500]), np.array([0, -300])).tolist() == [0, -300]


@given(st.integers(1, 10**12), st.integers(0, 2 * 10**12))
def test_more_booked_is_never_less_due(entitlement, booked):
    due = RULE.due(np.array([booked, booked + 100]), np.array([entitlement, entitlement]))
    assert due[1] >= due[0] - 1


def test_slices_must_cover_all_usage():
    with pytest.raises(SettlementError, match="without limit"):
        Sharing(np.array([1.0, 2.0]), np.zeros(2), np.zeros(2))
