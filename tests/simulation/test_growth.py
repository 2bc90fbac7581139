"""The indices of a projection by hand: compound growth, and prices that follow cost late and in part."""

import numpy as np
import pytest

from drgsim.errors import ColumnError
from drgsim.settlement.budgets import INSURANCES
from drgsim.simulation.projection.funds import given_opening, reserve_months
from drgsim.simulation.projection.growth import band_names, growth
from drgsim.simulation.scenario.assumptions import Assumptions
from drgsim.simulation.scenario_errors import SimulationError
from drgsim.simulation.uncertainty.bands import interval

GROWING = ("insured", "rate", "mix", "unit_cost", "income", "other_spending", "budget")


def indices(years=3, **values):
    none = dict.fromkeys([f"{name}_growth" for name in GROWING], 0.0)
    calm = {**none, "reweighting_lag": 0, "pass_through": 1.0, **values}
    return growth(Assumptions.load(calm), 2025, years)


def test_without_growth_everything_stays_as_it_is():
    found = indices()
    assert found.years == (2025, 2026, 2027, 2028)
    for index in (found.stays, found.money, found.relative_cost, found.income, found.budget, found.price):
        assert (index == 1).all()
    assert found.stays.shape == (len(INSURANCES), len(band_names()), 4, 1)


def test_growth_compounds_from_the_year_after_the_base():
    found = indices(
        insured_growth=0.02, rate_growth=0.1, mix_growth=0.01, income_growth={2025: 0.5, 2026: 0.2, 2027: 0.1}
    )
    assert found.stays[0, 1, :, 0] == pytest.approx([1, 1.122, 1.122**2, 1.122**3])
    assert found.money[0, :, 0] == pytest.approx([1, 1.01, 1.01**2, 1.01**3])
    assert found.income[1, :, 0] == pytest.approx(
        [1, 1.2, 1.2 * 1.1, 1.2 * 1.1**2]
    )  # the base year's own is past


@pytest.mark.parametrize(
    ("lag", "part", "powers"),
    [
        (0, 1.0, [0, 1, 2, 3]),  # prices as costs
        (1, 1.0, [0, 0, 1, 2]),
        (3, 1.0, [0, 0, 0, 0]),
        (1.5, 1.0, [0, 0, 0.5, 1.5]),  # half way between two years
        (1.5, 0.5, [0, 0, 0.25, 0.75]),
        (0, 0.0, [0, 0, 0, 0]),
    ],
)
def test_prices_follow_cost_with_a_lag_and_in_part(lag, part, powers):
    found = indices(unit_cost_growth=0.1, reweighting_lag=lag, pass_through=part)
    price = 1.1 ** np.array(powers)
    assert found.price[0, :, 0] == pytest.approx(price)
    assert found.relative_cost[0, :, 0] == pytest.approx(1.1 ** np.arange(4) / price)


FUNDS = [("A", "employee"), ("A", "resident")]


def funds(**changes):
    import pandas as pd

    table = pd.DataFrame(FUNDS, columns=["region", "insurance"])
    return table.assign(**{"income": [10.01, 20.0], "other_spending": 1.0, "reserve": [-5.0, 7.5], **changes})


def test_the_callers_funds_are_taken_to_the_fen_in_the_order_asked_for():
    opening = given_opening(funds(), FUNDS[::-1])
    assert opening.income.tolist() == [2_000, 1_001]
    assert opening.other_spending.tolist() == [100, 100]
    assert opening.reserve.tolist() == [750, -500]  # a reserve may be a debt
    assert opening.state == "read"


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (funds().drop(columns="reserve"), "a table of funds lacks columns"),
        (funds().iloc[[0, 0, 1]], "a fund stands twice; got 'A/employee'"),
        (funds().iloc[:1], "a fund has no row; got 'A/resident'"),
        (funds(income=[float("nan"), 1.0]), "a fund's money is not a number; got '1 values'"),
        (funds(income=[-0.01, 1.0]), "must be zero or more yuan; got '1 that are not'"),
        (funds(other_spending=-1.0), "must be zero or more yuan; got '2 that are not'"),
    ],
)
def test_funds_that_cannot_be_taken_are_told(table, says):
    with pytest.raises((ColumnError, SimulationError)) as caught:
        given_opening(table, FUNDS)
    assert says in str(caught.value)


def test_months_of_reserve_and_an_interval_by_hand():
    assert reserve_months(np.array([600.0, -50.0]), np.array([1_200.0, 600.0])).tolist() == [6.0, -1.0]
    assert np.isnan(reserve_months(np.array([1.0]), np.array([0.0])))[0]
    draws = np.arange(11.0)
    assert [float(edge) for edge in interval(draws, 0.8)] == [1.0, 5.0, 9.0]
    for level in (0, 1, -0.1, 1.1):
        with pytest.raises(ValueError, match="share between 0 and 1"):
            interval(draws, level)
