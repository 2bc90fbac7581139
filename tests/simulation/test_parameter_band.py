"""The band of not knowing the assumptions: its draws, and its agreement with paying again."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgsim.errors import ArgumentError
from drgsim.simulation.projection.frame import ALL
from drgsim.simulation.projection.growth import growth
from drgsim.simulation.projection.projection import project
from drgsim.simulation.projection.years import PaidYears
from drgsim.simulation.scenario.assumptions import Assumptions
from drgsim.simulation.uncertainty.parameter_band import ParameterDraws, measure, parameter_band, triangular

from .projected_world import BASELINE, FLOATING, SmallWorld, assuming

NATIONAL = replace(BASELINE, assumptions=Assumptions.load("national"))
KEYS = ["scenario", "region", "insurance", "year", "measure"]


def banded(world, scenarios, *, draws=200, seed=1, years=3):
    paid = PaidYears(world)
    projection = project(world, scenarios, years=years, paid=paid)
    return projection, parameter_band(paid, scenarios, projection, draws=draws, seed=seed), paid


@given(st.floats(-0.2, 0.0), st.floats(0.0, 0.2), st.floats(0.0, 0.2))
def test_triangular_draws_lie_in_their_interval_and_have_its_mean(low, up, more):
    mode, high = low + up, low + up + more
    values = triangular((np.arange(20_000) + 0.5) / 20_000, low, mode, high)
    assert low - 1e-12 <= values.min() <= values.max() <= high + 1e-12
    assert values.mean() == pytest.approx((low + mode + high) / 3, abs=1e-5)


def test_draws_are_stratified_and_keyed_by_name():
    draws = ParameterDraws(50, seed=3)
    position = draws.position("income_growth")
    assert sorted((position * 50).astype(int)) == list(range(50))
    assert (position != draws.position("rate_growth")).any()
    assert (position != ParameterDraws(50, seed=4).position("income_growth")).any()
    assert (position == ParameterDraws(50, seed=3).position("income_growth")).all()


def test_a_scenario_that_assumes_something_else_keeps_all_other_draws():
    draws = ParameterDraws(30, seed=0)
    own = NATIONAL.assumptions
    other = own.over({"income_growth": 0.01})
    one, two = (growth(each, 2025, 3, draw=draws.of(each)) for each in (own, other))
    for name in ("insured", "rate", "mix", "unit_cost", "price", "other_spending", "budget"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert (one.income != two.income).any()


def test_one_draw_is_a_band_and_none_is_not():
    _, band, _ = banded(SmallWorld(), [BASELINE], draws=1, years=1)
    assert band.courses[0].inpatient_fund.shape[2] == 1
    with pytest.raises(ArgumentError, match="a band needs draws"):
        banded(SmallWorld(), [BASELINE], draws=0, years=1)


def test_one_draw_at_the_central_values_is_the_projection():
    projection, band, _ = banded(
        SmallWorld(response=0.6), [assuming(BASELINE, unit_cost_growth=0.04)], draws=3
    )
    frame = band.beside()
    own = frame[frame["insurance"] != ALL]
    for measured in ("inpatient_fund", "balance", "reserve"):
        for bound in ("low", "high"):
            np.testing.assert_allclose(own[f"{measured}_{bound}"], own[measured], rtol=1e-9, atol=0.02)
    pd.testing.assert_frame_equal(frame[projection.frame.columns], projection.frame)


def test_a_draw_is_near_to_projecting_with_what_it_drew():
    world = SmallWorld(response=0.6)
    _, band, _ = banded(world, [NATIONAL], draws=40)
    draws = ParameterDraws(40, seed=1)
    for draw in (0, 17):
        values = {
            path: float(
                triangular(
                    draws.position(path.split(".")[0].split("/")[0])[[draw]], at.low, at.value, at.high
                )[0]
            )
            for path, at in ((path, each.at(2026)) for path, each in NATIONAL.assumptions.values.items())
        }
        drawn = project(world, [assuming(BASELINE, **values)], years=3)
        for name, course in (("inpatient_fund", "spent"), ("balance", "balance"), ("reserve", "reserve")):
            ours = getattr(band.courses[0], name)[:, :, draw]
            scale = abs(getattr(drawn.courses[0], course)).max(axis=1, keepdims=True)
            assert (abs(ours - getattr(drawn.courses[0], course)) / scale).max() < 0.005


@pytest.mark.parametrize("response", [0.0, 0.5, 1.0])
def test_elasticities_are_those_of_the_world(response):
    world = SmallWorld(response=response)
    paid = PaidYears(world)
    projection = project(world, [BASELINE], years=1, paid=paid)
    found = measure(paid, BASELINE, projection.courses[0], projection.funds)
    np.testing.assert_allclose(found.scale, 1.0, atol=1e-6)
    np.testing.assert_allclose(found.relative_cost, response, atol=1e-6)
    np.testing.assert_allclose(found.budget, 0.0, atol=1e-12)
    assert paid.payments == 2


def test_a_closed_budget_alone_moves_a_floating_fund():
    world = SmallWorld()
    paid = PaidYears(world)
    projection = project(world, [FLOATING], years=1, paid=paid)
    found = measure(paid, FLOATING, projection.courses[0], projection.funds)
    np.testing.assert_allclose(found.budget, 1.0, atol=0.05)
    np.testing.assert_allclose(found.relative_cost, 0.0, atol=0.05)


def test_common_draws_make_the_band_of_a_difference_narrow():
    reformed = replace(
        NATIONAL.reform({"outlier.high.method": "excess", "outlier.high.threshold": 2.0}, id="change"),
        id="reformed",
    )
    _, band, _ = banded(SmallWorld(saving=0.1), [NATIONAL, reformed], draws=300)
    level = band.levels().set_index(KEYS)
    gap = band.differences().set_index(KEYS)
    at = ("reformed", ALL, ALL, 2028, "inpatient_fund")
    assert gap.loc[at, "high"] < 0  # a tenth less in every draw, however wide the levels are
    assert (gap.loc[at, "high"] - gap.loc[at, "low"]) < 0.2 * (level.loc[at, "high"] - level.loc[at, "low"])
    assert gap.loc[at, "middle"] / level.loc[("baseline", *at[1:]), "middle"] == pytest.approx(
        -0.1, abs=0.002
    )
    assert set(band.differences()["scenario"]) == {"reformed"}


def test_employee_assumptions_never_move_the_resident_band():
    narrow = NATIONAL.assumptions
    wide = narrow.over({"income_growth.employee": {"value": 0.05, "low": -0.1, "high": 0.2}})
    tables = [
        banded(SmallWorld(), [replace(NATIONAL, assumptions=each)])[1].levels() for each in (narrow, wide)
    ]
    residents = [table[table["insurance"] == "resident"] for table in tables]
    pd.testing.assert_frame_equal(*residents)


@settings(max_examples=8)
@given(st.integers(0, 10), st.integers(2, 60))
def test_bands_are_ordered_start_at_a_point_and_repeat(seed, draws):
    world = SmallWorld()
    _, band, paid = banded(world, [NATIONAL], draws=draws, seed=seed)
    table = band.levels()
    assert (table["low"] <= table["middle"]).all()
    assert (table["middle"] <= table["high"]).all()
    first = table[table["year"] == world.year]
    np.testing.assert_allclose(first["low"], first["high"], rtol=1e-9)
    projection = band.projection
    again = parameter_band(paid, [NATIONAL], projection, draws=draws, seed=seed).levels()
    pd.testing.assert_frame_equal(table, again)


def test_drawing_pays_the_cases_once_more_a_scenario():
    world = SmallWorld()
    paid = PaidYears(world)
    projection = project(world, [NATIONAL], years=5, paid=paid)
    before = paid.payments
    parameter_band(paid, [NATIONAL], projection, draws=1000)
    assert paid.payments == before + 1


def test_a_band_needs_draws_and_its_own_scenarios():
    world = SmallWorld()
    paid = PaidYears(world)
    projection = project(world, [BASELINE], years=1, paid=paid)
    with pytest.raises(ArgumentError, match="needs draws"):
        parameter_band(paid, [BASELINE], projection, draws=0)
    with pytest.raises(ArgumentError, match="not those of the projection"):
        parameter_band(paid, [FLOATING], projection)
    assert banded(world, [BASELINE], draws=2)[1].differences().empty


def test_the_national_values_lie_inside_their_own_band():
    scenarios = [NATIONAL, replace(FLOATING, assumptions=NATIONAL.assumptions)]
    _, band, _ = banded(SmallWorld(response=0.6), scenarios, draws=400, years=5)
    frame = band.beside()
    own = frame[(frame["insurance"] != ALL) & (frame["year"] > 2025)]
    for name in ("inpatient_fund", "balance", "reserve"):
        assert (own[f"{name}_low"] < own[name]).all()
        assert (own[name] < own[f"{name}_high"]).all()
