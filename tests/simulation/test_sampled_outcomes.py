"""Draws of real outcomes: their points are the outcomes, and what a rule does not touch has no band."""

import pytest

from drgsim.simulation.uncertainty.bands import by_hospital, resample_outcomes, sampling_bands
from drgsim.simulation.world.outcome import MEASURES
from drgsim.simulation.world.world import World


@pytest.fixture(scope="module")
def outcomes(cases, baseline):
    world = World(cases, baseline, seed=5)
    reform = baseline.reform({"outlier.high.threshold": 1.2}, id="threshold").named("threshold")
    return {"today": world.outcome(baseline), "threshold": world.outcome(reform)}


@pytest.fixture(scope="module")
def drawn(outcomes):
    return resample_outcomes(outcomes, draws=200, seed=1)


@pytest.fixture(scope="module")
def whole(drawn):
    bands = sampling_bands(drawn, year=2025)
    return bands[(bands["region"] == "all") & (bands["insurance"] == "all")].set_index(
        ["scenario", "band", "measure"]
    )


def test_a_table_by_hospital_sums_to_the_outcome(outcomes):
    for outcome in outcomes.values():
        assert by_hospital(outcome)[list(MEASURES)].sum().to_dict() == outcome.total


def test_points_are_the_outcomes(outcomes, whole):
    for name, outcome in outcomes.items():
        assert whole.loc[(name, "sampling", "cases"), "point"] == outcome.total["cases"]
        assert whole.loc[(name, "sampling", "fund"), "point"] == outcome.total["fund"] / 100


def test_a_reform_moves_money_between_fund_and_hospitals_in_every_draw(drawn, whole):
    change = drawn.draws["threshold"].sum(axis=1) - drawn.draws["today"].sum(axis=1)
    fund, borne = (change[:, MEASURES.index(name)] for name in ("fund", "borne_by_hospital"))
    # each stratum and measure is rounded once
    assert abs(fund + borne).max() <= 2 * len(drawn.strata)
    assert (whole.loc[("threshold", "difference_sampling", "total_cost"), ["low", "high"]] == 0).all()


def test_the_difference_is_known_better_than_the_levels(whole):
    width = whole["high"] - whole["low"]
    assert 0 < width["threshold", "difference_sampling", "fund"] < width["threshold", "sampling", "fund"] / 2


def test_cases_without_hospitals_have_no_band(cases, baseline):
    unnamed = World(cases.drop(columns=["hospital_id"]), baseline).outcome(baseline)
    bands = sampling_bands(resample_outcomes({"today": unnamed}, draws=5, seed=1))
    assert bands["low"].isna().all()
    assert bands["point"].notna().all()
