"""Prices spend every budget, within the guard rails, also where regions treat each other's insured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.settlement.settle import solve_prices
from drgsim.settlement.settlement_errors import SettlementError

NONE = np.array([np.nan])


def one(at_zero, slope, available, *, floor=np.nan, cap=np.nan):
    return solve_prices(
        np.array([at_zero]),
        np.array([[slope]]),
        np.array([available]),
        floating=np.array([True]),
        floor=np.array([floor]),
        cap=np.array([cap]),
    )


@pytest.mark.parametrize(("reserve", "value"), [(0.0, 100.0), (0.05, 95.0)])
def test_published_inputs_of_a_dip_budget(reserve, value):
    """Payment rules §8-5: 1 billion yuan over 10 million scores; with 5 % kept back, 95 a score."""
    assert one(0.0, 1e7, 1e9 * (1 - reserve)).price[0] == pytest.approx(value, rel=1e-12)


def test_the_point_value_applies_to_fund_and_patient_together():
    """Payment rules §8-2: 174,098 points at 64 yuan are income from fund and patient."""
    patient = 3_000_000.0
    assert one(-patient, 174_098.0, 174_098 * 64.0 - patient).price[0] == pytest.approx(64.0, rel=1e-12)


@pytest.mark.parametrize(
    ("available", "price", "held"),
    [(94.0, 0.95, "floor"), (95.0, 0.95, ""), (100.0, 1.0, ""), (105.0, 1.05, ""), (106.0, 1.05, "cap")],
)
def test_guard_rails_hold_just_outside_them(available, price, held):
    done = one(0.0, 100.0, available, floor=0.95, cap=1.05)
    assert (done.price[0], done.held[0]) == (pytest.approx(price), held)


@given(st.lists(st.lists(st.floats(0, 0.3), min_size=3, max_size=3), min_size=3, max_size=3))
def test_regions_that_treat_each_other_spend_their_budgets_together(flows):
    slope = np.array(flows) * 1e8 + np.eye(3) * 1e8
    available = np.array([1e8, 2e8, 1.5e8])
    done = solve_prices(
        np.array([-1e7, -2e7, 0.0]),
        slope,
        available,
        floating=np.ones(3, bool),
        floor=np.repeat(NONE, 3),
        cap=np.repeat(NONE, 3),
    )
    np.testing.assert_allclose(np.array([-1e7, -2e7, 0.0]) + slope @ done.price, available, rtol=1e-9)


def test_a_fixed_region_keeps_its_price_and_the_others_settle_around_it():
    slope = np.array([[100.0, 50.0], [0.0, 100.0]])
    done = solve_prices(
        np.zeros(2),
        slope,
        np.array([120.0, 999.0]),
        floating=np.array([True, False]),
        floor=np.repeat(NONE, 2),
        cap=np.repeat(NONE, 2),
    )
    assert done.price.tolist() == [0.7, 1.0]
    assert done.held == ("", "fixed")


def test_budgets_that_determine_no_price_say_so():
    with pytest.raises(SettlementError, match="do not determine"):
        one(0.0, 0.0, 1.0)
