"""A simulation takes a table as people have it, and says at once what it cannot do without."""

import numpy as np
import pandas as pd
import pytest

from drgsim.errors import ColumnError
from drgsim.simulation.scenario_errors import SimulationError
from drgsim.simulation.simulate import simulate
from drgsim.simulation.world.case_table import NEEDED, case_table


@pytest.fixture(scope="module")
def few(cases):
    return cases.head(300)


@pytest.fixture(scope="module")
def expected(few):
    return total(few)


def total(cases):
    return simulate(cases, "baseline-drg", explain=False).summary()["fund"].iloc[0]


def test_all_that_is_missing_is_named_at_once(few):
    with pytest.raises(ColumnError) as caught:
        case_table(few.drop(columns=list(NEEDED)))
    assert all(name in str(caught.value) for name in NEEDED)


def test_no_cases_are_refused(few):
    with pytest.raises(SimulationError, match="0 cases"):
        case_table(few.head(0))


@pytest.mark.parametrize(
    "change",
    [
        lambda few: few.astype(object),
        lambda few: few.assign(discharge_date=few["discharge_date"].astype(str)),
        lambda few: few.assign(discharge_date=few["discharge_date"].dt.date),
        lambda few: few.assign(discharge_date=few["discharge_date"].dt.strftime("%Y%m%d").astype(int)),
        lambda few: few.set_index("case_id", drop=False),
        lambda few: few.set_index(["care_region", "case_id"], drop=False),
        lambda few: few.set_axis([0] * len(few)),
    ],
    ids=["objects", "text dates", "dates", "whole numbers", "named index", "two-fold index", "doubled index"],
)
def test_what_holds_the_values_changes_nothing(few, expected, change):
    given = change(few)
    before = given.copy(deep=True)
    assert total(given) == expected
    pd.testing.assert_frame_equal(given, before)


def test_dates_that_are_none_are_refused_without_showing_them(few):
    with pytest.raises(ColumnError, match="300 of 300") as caught:
        case_table(few.assign(discharge_date="sometime"))
    assert "sometime" not in str(caught.value)


def test_a_region_stands_in_for_the_other(few):
    one = case_table(few.drop(columns="insured_region"))
    assert (one["insured_region"] == few["care_region"]).all()
    some = few.assign(care_region=few["care_region"].astype(object).where(np.arange(300) > 9))
    filled = case_table(some)["care_region"]
    assert (filled.iloc[:10] == few["insured_region"].iloc[:10]).all()
    assert (filled.iloc[10:] == few["care_region"].iloc[10:]).all()


def test_a_cost_that_is_no_amount_of_money_moves_no_weight(few):
    huge = few.assign(total_cost=few["total_cost"].where(np.arange(300) > 4, np.inf))
    found = simulate(huge, "baseline-drg", explain=False).summary().iloc[0]
    without = simulate(few.iloc[5:], "baseline-drg", explain=False).summary().iloc[0]
    assert found["not_payable"] == 5
    assert found["cmi"] == without["cmi"]
