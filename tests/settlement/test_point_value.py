"""The settlement point value spends the budget, within its guard rails."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.settlement.errors import SettlementError
from drgsim.settlement.point_value import POINT, entitlements, solve_point_value


def test_published_inputs_of_a_dip_budget():
    """Payment rules §8-5: 1 billion yuan over 10 million scores; with 5 % kept back, 95."""
    assert solve_point_value(10**9 * 100, 0, 10**7 * POINT).value == 100.0
    assert solve_point_value(95 * 10**7 * 100, 0, 10**7 * POINT).value == 95.0


def test_points_method_month_of_one_hospital():
    """Payment rules §8-2: the point value applies to the total cost, fund and patient together."""
    patient = 3_000_000_00
    fund = 174_098 * 64 * 100 - patient
    assert solve_point_value(fund, -patient, 174_098 * POINT).value == pytest.approx(64.0, abs=1e-9)


@pytest.mark.parametrize(
    ("available", "value", "held_by"),
    [
        (94_00, 95.0, "floor"),
        (95_00, 95.0, None),
        (100_00, 100.0, None),
        (105_00, 105.0, None),
        (106_00, 105.0, "cap"),
    ],
)
def test_guard_rails_hold_just_outside_them(available, value, held_by):
    solved = solve_point_value(available, 0, POINT, budget_value=100.0, floor=0.95, cap=1.05)
    assert (solved.value, solved.held_by) == (value, held_by)


@given(
    st.lists(st.tuples(st.integers(1, 10**9), st.integers(-(10**11), 10**11)), min_size=1, max_size=30),
    st.integers(0, 10**13),
)
def test_entitlements_spend_the_budget_to_the_fen(hospitals, available):
    points, fixed = np.array(hospitals, np.int64).T
    value = solve_point_value(available, int(fixed.sum()), int(points.sum()))
    assert int(entitlements(value, available, fixed, points).sum()) == available


def test_a_pool_without_points_says_so():
    with pytest.raises(SettlementError, match="no points"):
        solve_point_value(1, 0, 0)
