"""Projections of real payments: the base year is the settled one; costs ahead of prices are paid for."""

from dataclasses import replace

import pytest

import drgsim
from drgsim.simulation.projection.frame import ALL
from drgsim.simulation.projection.projection import project
from drgsim.simulation.scenario.scenario import Scenario
from drgsim.simulation.world.case_table import AGE_BAND
from drgsim.simulation.world.world import World

from .projected_world import ZERO, assuming


@pytest.fixture(scope="module")
def by_rate(cases):
    scenario = replace(Scenario.of("national-drg-rate", on="2025-12-31"), assumptions=ZERO)
    return scenario, World(cases, scenario)


def spent(frame, year):
    own = frame[(frame["year"] == year) & (frame["region"] != ALL) & (frame["insurance"] != ALL)]
    return (own.set_index(["region", "insurance"])["inpatient_fund"] * 100).round().astype(int)


@pytest.mark.parametrize("policy", ["national-drg-rate", "national-drg-points"])
def test_every_year_without_growth_is_the_settled_year_to_the_fen(cases, policy):
    scenario = replace(Scenario.of(policy, on="2025-12-31"), assumptions=ZERO)
    world = World(cases, scenario)
    projection = project(world, [scenario], years=2)
    ledger = world.outcome(scenario).settlement.ledger["spent"]
    for year in (2025, 2026, 2027):
        found = spent(projection.frame, year)
        assert found.to_dict() == ledger.loc[list(found.index)].to_dict()
    assert {region for region, _ in projection.funds} == {
        city.id for city in drgsim.SyntheticRegion.load("province").cities
    }


def test_a_year_whose_costs_ran_ahead_is_paid_with_those_costs(by_rate):
    scenario, world = by_rate
    ahead = assuming(scenario, unit_cost_growth=0.08, reweighting_lag=1, pass_through=1.0)
    found = spent(project(world, [ahead], years=1).frame, 2026)
    ledger = world.outcome(scenario, relative_cost={"employee": 1.08, "resident": 1.08}).settlement.ledger
    assert found.to_dict() == ledger["spent"].loc[list(found.index)].to_dict()
    assert found.sum() > spent(project(world, [scenario], years=1).frame, 2026).sum()


def test_costs_that_prices_have_caught_up_with_only_scale_the_money(by_rate):
    scenario, world = by_rate
    level = assuming(scenario, unit_cost_growth=0.04, reweighting_lag=0, pass_through=1.0)
    frame = project(world, [level], years=3).frame
    for year in (2026, 2028):
        ratio = spent(frame, year) / spent(frame, 2025)
        assert ratio.to_numpy() == pytest.approx(1.04 ** (year - 2025), rel=1e-6)


def test_cells_of_the_world_hold_all_its_stays(by_rate, cases):
    scenario, world = by_rate
    cells = world.cells(scenario, (), {"employee": 1.0, "resident": 1.0}, 2025)
    assert cells["cases"].sum() == len(cases)
    assert AGE_BAND in cells
